using SelfSup.Tool;

return await ToolProgram.RunAsync(args);
