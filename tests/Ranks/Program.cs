// What the tests of several processes start by mpirun: small work of which every rank tells what came of it.
using System.CommandLine;
using SelfSup.Distributed;
using SelfSup.Ranks;
using SelfSup.Runtime;

TorchRuntime.TuneForTraining();
var group = MpiGroup.Join();

var task = new Argument<string>("task");
var folder = new Argument<string>("folder");
var rank = new Option<int>("--rank") { Description = "The rank that something happens to." };
var image = new Option<int>("--image") { Description = "After how many images it read.", DefaultValueFactory = _ => int.MaxValue };
var happening = new Option<Happening>("--what") { Description = "What happens." };
var pause = new Option<int>("--pause") { Description = "Milliseconds that reading an image takes." };
var seed = new Option<int>("--seed-of-rank") { Description = "A seed that only the rank of --rank has." };

var exchange = new Command("exchange", "Adds and broadcasts, and meets a null reference.");
exchange.SetAction(_ => Work.Exchange(group));
var connect = new Command("connect", "Connects the ranks' GPUs, and adds what lies there.");
connect.SetAction(_ => Work.Connect(group));
var compare = new Command("compare", "Makes one step, together and by one process, and tells how far the updates differ.") { task };
compare.SetAction(options => Work.Compare(group, options.GetValue(task)!));
var train = new Command("train", "Trains into a folder, or goes on there.") { folder, rank, image, happening, pause, seed };
train.SetAction(options => Work.Train(
    group, options.GetValue(folder)!,
    new(options.GetValue(happening), group.Rank == options.GetValue(rank) ? options.GetValue(image) : int.MaxValue, options.GetValue(pause)),
    group.Rank == options.GetValue(rank) ? options.GetValue(seed) : 0));

return new RootCommand("Ranks of a test.") { exchange, connect, compare, train }.Parse(args).Invoke(
    new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
