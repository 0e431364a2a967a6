using System.Runtime.InteropServices;

namespace SelfSup.Files;

/// <summary>Reads a pickle of dictionaries and tensors, and runs nothing: of objects of other classes their values stay.</summary>
/// <remarks>
/// Values are texts, whole numbers (<c>long</c>), tuples (<c>object?[]</c>), nodes (<see cref="PickledNode"/>), storages, tensors and
/// names. Null stands for None and for all that a state dict does not need: booleans, floats, bytes, long numbers. Nothing here calls
/// itself, so nesting costs no stack; every opcode costs a step, and steps are limited, so memory is too.
/// </remarks>
internal sealed class StateDictUnpickler
{
    // Ten thousand tensors with an optimizer's state take half of it.
    private const int StepLimit = 1 << 22;
    private const int LastProtocol = 5;
    private const string OrderedDictionary = "collections.OrderedDict";

    private const int ClassLimit = 32;

    private readonly PickleBytes bytes;
    private readonly List<object?> stack = [];
    private readonly Stack<int> marks = new();
    private readonly Dictionary<long, object?> memo = [];
    private readonly SortedSet<string> classes = new(StringComparer.Ordinal);
    private int steps;

    private StateDictUnpickler(byte[] pickle) => bytes = new PickleBytes(pickle);

    /// <summary>Reads the value that a pickle describes.</summary>
    /// <returns>The value, and the first classes and functions in it, by name, that are not read.</returns>
    /// <exception cref="InvalidDataException">The pickle is malformed or asks for harmful code; the message says which.</exception>
    public static (object? Root, IReadOnlyCollection<string> Classes) Read(byte[] pickle)
    {
        var unpickler = new StateDictUnpickler(pickle);
        return (unpickler.Run(), unpickler.classes);
    }

    private object? Run()
    {
        while (true)
        {
            Spend(1);
            var opcode = (PickleOpcode)bytes.TakeByte();
            if (opcode == PickleOpcode.Stop)
                return Pop();
            if (!(Scalar(opcode) || Container(opcode) || Memory(opcode) || Object(opcode)))
                throw new InvalidDataException($"the pickle has the opcode 0x{(byte)opcode:x2}, which no state dict needs.");
        }
    }

    private bool Scalar(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.None or PickleOpcode.NewTrue or PickleOpcode.NewFalse: stack.Add(null); break;
            case PickleOpcode.BinInt: stack.Add((long)bytes.TakeInt32()); break;
            case PickleOpcode.BinInt1: stack.Add((long)bytes.TakeByte()); break;
            case PickleOpcode.BinInt2: stack.Add((long)bytes.TakeUInt16()); break;
            case PickleOpcode.Long1: stack.Add(bytes.TakeInteger(bytes.TakeByte())); break;
            case PickleOpcode.Long4: stack.Add(bytes.TakeInteger(bytes.TakeUInt32())); break;
            case PickleOpcode.BinFloat: Skip(8); break;
            case PickleOpcode.ShortBinBytes or PickleOpcode.ShortBinString: Skip(bytes.TakeByte()); break;
            case PickleOpcode.BinBytes or PickleOpcode.BinString: Skip(bytes.TakeUInt32()); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: Skip(bytes.TakeUInt64()); break;
            case PickleOpcode.ShortBinUnicode: stack.Add(bytes.TakeText(bytes.TakeByte())); break;
            case PickleOpcode.BinUnicode: stack.Add(bytes.TakeText(bytes.TakeUInt32())); break;
            case PickleOpcode.BinUnicode8: stack.Add(bytes.TakeText(bytes.TakeUInt64())); break;
            default: return false;
        }
        return true;

        void Skip(ulong length)
        {
            bytes.Take(length);
            stack.Add(null);
        }
    }

    private bool Container(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.EmptyTuple: stack.Add(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple1: stack.Add(PopTuple(1)); break;
            case PickleOpcode.Tuple2: stack.Add(PopTuple(2)); break;
            case PickleOpcode.Tuple3: stack.Add(PopTuple(3)); break;
            case PickleOpcode.Tuple: stack.Add(PopToMark()); break;
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet or PickleOpcode.EmptyDict: stack.Add(new PickledNode()); break;
            case PickleOpcode.FrozenSet: stack.Add(PickledNode.Of(PopToMark())); break;
            case PickleOpcode.Append: Extend(PopTuple(1)); break;
            case PickleOpcode.Appends or PickleOpcode.AddItems: Extend(PopToMark()); break;
            case PickleOpcode.SetItem: Set(PopTuple(2)); break;
            case PickleOpcode.SetItems: Set(PopToMark()); break;
            default: return false;
        }
        return true;
    }

    private bool Memory(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto when bytes.TakeByte() is > LastProtocol and var version:
                throw new InvalidDataException($"the pickle is of protocol {version}; the last known is {LastProtocol}.");
            case PickleOpcode.Proto: break;
            case PickleOpcode.Frame: bytes.TakeUInt64(); break; // only a hint for reading ahead
            case PickleOpcode.Mark: marks.Push(stack.Count); break;
            case PickleOpcode.PopMark: PopToMark(); break;
            case PickleOpcode.Pop when marks.Count > 0 && marks.Peek() == stack.Count: marks.Pop(); break;
            case PickleOpcode.Pop: Pop(); break;
            case PickleOpcode.Dup: stack.Add(Peek()); break;
            case PickleOpcode.BinPut: memo[bytes.TakeByte()] = Peek(); break;
            case PickleOpcode.LongBinPut: memo[bytes.TakeUInt32()] = Peek(); break;
            case PickleOpcode.Memoize: memo[memo.Count] = Peek(); break;
            case PickleOpcode.BinGet: stack.Add(Recall(bytes.TakeByte())); break;
            case PickleOpcode.LongBinGet: stack.Add(Recall(bytes.TakeUInt32())); break;
            default: return false;
        }
        return true;
    }

    private bool Object(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Global: stack.Add(PickledGlobal.Find(bytes.TakeLine(), bytes.TakeLine())); break;
            case PickleOpcode.StackGlobal when PopTuple(2) is [string module, string name]:
                stack.Add(PickledGlobal.Find(module, name));
                break;
            case PickleOpcode.StackGlobal: throw new InvalidDataException("the pickle asks for code without a name.");
            case PickleOpcode.BinPersId: stack.Add(PickledStorage.Identify(Pop())); break;
            case PickleOpcode.Reduce: Reduce(Pop(), Pop()); break;
            case PickleOpcode.Build: Build(Pop(), Peek()); break;
            case PickleOpcode.NewObj: CreateObject(PopTuple(2)); break;
            case PickleOpcode.NewObjEx: CreateObject(PopTuple(3)); break;
            default: return false;
        }
        return true;
    }

    private void Reduce(object? arguments, object? function)
    {
        var given = arguments as object?[] ?? throw new InvalidDataException("the pickle makes a call without a tuple of arguments.");
        if (function is not PickledGlobal { Call: { } call })
        {
            CreateObject([function, given]);
            return;
        }
        var value = call(given);
        if (value is PickledTensor tensor)
            Spend(tensor.Shape.Length); // a few bytes may repeat the same call, each time with arrays of its own
        stack.Add(value);
    }

    // What Python would make by calling a class or a function; nothing is called here.
    private void CreateObject(object?[] call)
    {
        if (call[0] is PickledGlobal { Name: not OrderedDictionary } global && classes.Count < ClassLimit)
            classes.Add(global.Name);
        var arguments = call[1] as object?[] ?? [];
        Spend(arguments.Length);
        stack.Add(PickledNode.Of(arguments));
    }

    // Modules give their state dict an attribute with versions of their classes; objects have their attributes so.
    private static void Build(object? state, object? target)
    {
        if (target is PickledNode node)
            node.State = state;
    }

    private void Extend(object?[] items)
    {
        if (Peek() is not PickledNode node)
            throw new InvalidDataException($"the pickle appends {items.Length} values to what is no list.");
        foreach (var item in items)
            node.Append(item);
    }

    private void Set(object?[] items)
    {
        if (Peek() is not PickledNode dictionary || items.Length % 2 != 0)
            throw new InvalidDataException("the pickle sets entries of what is no dictionary, or a key without a value.");
        for (var i = 0; i < items.Length; i += 2)
            dictionary.Set(items[i], items[i + 1]);
    }

    private object? Recall(long index) =>
        memo.TryGetValue(index, out var value)
            ? value
            : throw new InvalidDataException($"the pickle recalls a value {index} that it never stored.");

    private object? Peek() => stack.Count > Floor ? stack[^1] : throw Underflow();

    private object? Pop()
    {
        var value = Peek();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    private object?[] PopTuple(int count)
    {
        if (stack.Count - Floor < count)
            throw Underflow();
        return PopFrom(stack.Count - count);
    }

    private object?[] PopToMark() => PopFrom(marks.TryPop(out var start) ? start : throw Underflow());

    private object?[] PopFrom(int start)
    {
        var values = CollectionsMarshal.AsSpan(stack)[start..].ToArray();
        CollectionsMarshal.SetCount(stack, start);
        return values;
    }

    // What lies under the last mark belongs to a container that is still to come.
    private int Floor => marks.TryPeek(out var start) ? start : 0;

    private void Spend(int count)
    {
        steps += count;
        if (steps > StepLimit)
            throw new InvalidDataException($"the pickle takes more than {StepLimit} steps.");
    }

    private static InvalidDataException Underflow() => new("the pickle takes a value from an empty stack.");
}
