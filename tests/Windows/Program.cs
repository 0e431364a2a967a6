// Runs the tests of the classes whose names contain one of the given texts, of all classes without any:
// SelfSup.Windows SelfSup.Data.Tests Packing Sources -Clips. A text after a minus leaves classes out.
using System.Reflection;
using SelfSup.Windows;
using Xunit.Sdk;

var (assembly, filters) = (Assembly.Load(args[0]), args[1..]);
var wanted = filters.Where(filter => filter[0] != '-').ToArray();
var left = filters.Where(filter => filter[0] == '-').Select(filter => filter[1..]).ToArray();

using var report = new Report();
using var framework = new XunitTestFramework(report);
using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
// One class after another: to look for the tests of a class may load what does not run under Wine.
foreach (var type in assembly.GetTypes().Select(type => type.FullName!).Where(IsWanted))
{
    report.Found.Reset();
    discoverer.Find(type, includeSourceInformation: false, report, new Options());
    report.Found.Wait();
}
using var executor = framework.GetExecutor(assembly.GetName());
executor.RunTests(report.Tests, report, new Options());
while (!report.Finished.Wait(TimeSpan.FromMinutes(1)))
    Console.WriteLine($"running: {string.Join(", ", report.Running)}");
Console.WriteLine($"{args[0]}: {report.Total} tests, {report.Failed} failed, {report.Skipped} skipped");
return report.Failed == 0 && report.Total > report.Skipped ? 0 : 1;

bool IsWanted(string name) => (wanted.Length == 0 || wanted.Any(name.Contains)) && !left.Any(name.Contains);
