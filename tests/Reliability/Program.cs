// Damages work for real and tells whether anything was lost: processes killed at any moment, a full disk, a source that changes.
using System.CommandLine;
using SelfSup.Reliability;

var times = new Option<int>("--times") { Description = "Kills in all.", DefaultValueFactory = _ => 50 };
var seed = new Option<int>("--seed") { Description = "Decides the moments.", DefaultValueFactory = _ => 0 };
var job = new Option<string[]>("--job") { Description = "Only these jobs.", DefaultValueFactory = _ => [.. Jobs.Names], AllowMultipleArgumentsPerToken = true };
var steps = new Option<int>("--steps") { Description = "Steps of training.", DefaultValueFactory = _ => 20_000 };
var name = new Argument<string>("job");
var folder = new Argument<string>("folder");

var launcher = new Option<string>("--mpi")
{
    Description = "Starts every job as several processes by this command, such as \"mpirun -np 2\", and kills one of them. For jobs that train.",
    DefaultValueFactory = _ => "",
};

var kill = new Command("kill", "Kills jobs at random moments, restarts them, and compares what they leave with an undisturbed job's.") { times, seed, job, launcher };
kill.SetAction(options => KillRun.Execute(options.GetValue(job)!, options.GetValue(times), options.GetValue(seed), options.GetValue(launcher)!));
var diskFull = new Command("disk-full", "Lets the disk run full under jobs, frees it, and compares likewise. Linux, with user namespaces.") { job };
diskFull.SetAction(options => DiskFullRun.Execute(options.GetValue(job)!));
var soak = new Command("soak", "Trains for long while the images' folder changes, and watches memory, tensors, handles and threads.") { steps };
soak.SetAction(options => SoakRun.Execute(options.GetValue(steps)));
var work = new Command("work", "Does a job; the others start this.") { name, folder };
work.SetAction(options => Jobs.Do(options.GetValue(name)!, options.GetValue(folder)!));

return new RootCommand("Does the damage that long runs meet.") { kill, diskFull, soak, work }.Parse(args).Invoke();
