using System.Runtime.ExceptionServices;
using SelfSup.Distributed;
using static TorchSharp.torch;

namespace SelfSup.Tests.Distributed;

/// <summary>Ranks that are threads of this process.</summary>
internal sealed class ThreadGroup : IProcessGroup
{
    private readonly Meeting meeting;

    private ThreadGroup(Meeting meeting, int rank) => (this.meeting, Rank) = (meeting, rank);

    public int Rank { get; }

    public int Size => meeting.Places.Length;

    public int LocalSize => Size;

    /// <summary>Makes the ranks of a group, one for each thread to come.</summary>
    public static ThreadGroup[] Create(int size)
    {
        var meeting = new Meeting(size);
        return [.. Enumerable.Range(0, size).Select(rank => new ThreadGroup(meeting, rank))];
    }

    /// <summary>Runs every rank on a thread of its own, and returns what each ended with.</summary>
    public static Exception?[] Run(IReadOnlyList<ThreadGroup> ranks, Action<ThreadGroup> work)
    {
        var errors = new Exception?[ranks.Count];
        var threads = ranks.Select(rank => new Thread(() =>
        {
            try
            {
                work(rank);
            }
            catch (Exception e)
            {
                errors[rank.Rank] = e;
                rank.Abort(e);
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return errors;
    }

    /// <summary>Runs every rank, and throws what the first that failed has thrown.</summary>
    public static void RunAll(IReadOnlyList<ThreadGroup> ranks, Action<ThreadGroup> work)
    {
        if (Run(ranks, work).FirstOrDefault(error => error is not null) is { } failed)
            ExceptionDispatchInfo.Throw(failed);
    }

    public void Sum(Tensor values) => Exchange(values, all => all.Aggregate((sum, next) => sum.add(next)));

    public void Broadcast(Tensor values, int root) => Exchange(values, all => all[root]);

    public void Abort(Exception error) => meeting.Abort();

    private void Exchange(Tensor values, Func<Tensor[], Tensor> combine)
    {
        Assert.True(values.is_contiguous());
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        meeting.Places[Rank] = values;
        meeting.Wait();
        var result = combine(meeting.Places).clone();
        meeting.Wait(); // all have read
        values.copy_(result);
    }

    private sealed class Meeting(int size)
    {
        private int present;
        private long round;
        private bool aborted;

        public Tensor[] Places { get; } = new Tensor[size];

        public void Wait()
        {
            lock (Places)
            {
                var mine = round;
                if (++present == size)
                {
                    (present, round) = (0, round + 1);
                    Monitor.PulseAll(Places);
                }
                while (mine == round && !aborted)
                    Monitor.Wait(Places);
                if (aborted && mine == round)
                    throw new InvalidOperationException("Another rank has ended.");
            }
        }

        public void Abort()
        {
            lock (Places)
            {
                aborted = true;
                Monitor.PulseAll(Places);
            }
        }
    }
}
