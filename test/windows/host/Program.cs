// Runs a PowerShell script file in a runspace of its own: what pwsh.exe is for, whose console does not start under Wine.
// Arguments: the script, the file that everything is written to as it comes, and arguments of the script.
// Exit code: that of the script's "exit", 1 where it ended with an error, 2 where nothing could be run.
using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Text;
using System.Threading;

if (args.Length < 2)
{
    return 2;
}
var exitCode = 2;
// Pester calls deeply, and Wine's main thread has a small stack.
var thread = new Thread(() => exitCode = ScriptRun.Run(args[0], args[1], args.Skip(2).ToArray()), 64 * 1024 * 1024);
thread.Start();
thread.Join();
// Not by the end of this method: a test that failed may have left a runspace, whose thread would keep the process.
Environment.Exit(exitCode);
return exitCode;

static class ScriptRun
{
    public static int Run(string script, string logPath, string[] arguments)
    {
        using var log = new StreamWriter(logPath, append: false, new UTF8Encoding(false)) { AutoFlush = true };
        void Write(string text)
        {
            lock (log) { log.WriteLine(text); }
        }
        // CreateDefault2 lacks the management commands.
        var state = InitialSessionState.CreateDefault();
        state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        var host = new SilentHost();
        using var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand(script);
        foreach (var argument in arguments) { shell.AddArgument(argument); }
        shell.Streams.Error.DataAdding += (_, e) => Write("ERROR " + e.ItemAdded);
        shell.Streams.Warning.DataAdding += (_, e) => Write("WARNING " + e.ItemAdded);
        shell.Streams.Information.DataAdding += (_, e) => Write(e.ItemAdded.ToString()!);
        var output = new PSDataCollection<PSObject>();
        output.DataAdding += (_, e) => Write(e.ItemAdded?.ToString() ?? "");
        try
        {
            shell.Invoke(null, output);
        }
        catch (RuntimeException e)
        {
            Write("ERROR " + e.ErrorRecord + Environment.NewLine + e.ErrorRecord.ScriptStackTrace);
            return host.ExitCode ?? 1;
        }
        return host.ExitCode ?? (shell.HadErrors ? 1 : 0);
    }
}

// A host without a user interface that remembers what "exit" was given.
sealed class SilentHost : PSHost
{
    public int? ExitCode { get; private set; }
    public override System.Globalization.CultureInfo CurrentCulture => System.Globalization.CultureInfo.InvariantCulture;
    public override System.Globalization.CultureInfo CurrentUICulture => System.Globalization.CultureInfo.InvariantCulture;
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override string Name => "DismTsTestHost";
    public override PSHostUserInterface? UI => null;
    public override Version Version { get; } = new(1, 0);
    public override void EnterNestedPrompt() => throw new NotSupportedException();
    public override void ExitNestedPrompt() => throw new NotSupportedException();
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
}
