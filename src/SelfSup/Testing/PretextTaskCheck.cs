namespace SelfSup.Testing;

/// <summary>Checks that a pretext task keeps the contract; meant for the tests of tasks that users write.</summary>
public static class PretextTaskCheck
{
    /// <summary>Runs a task on a few images, or clips if it is on clips, and a small encoder of the library's.</summary>
    /// <param name="task">The task.</param>
    /// <param name="imageSize">Side of the images in pixels. The default is 32.</param>
    /// <exception cref="InvalidOperationException">
    /// The task breaks the contract. The message lists all that was found: it modifies its images, is not deterministic under a seed, has
    /// labels outside its classes, a loss that is not finite, parameters without a gradient or that no objective trains, a preview or
    /// another member that throws, tensors that it leaves behind, a property that hides one of the contract, or it trains in float32 only.
    /// </exception>
    public static void Verify(IPretextTask task, int imageSize = 32)
    {
        var problems = HiddenMembers.Of(task).ToList();
        Verify(task, TaskTrial.Find(task, imageSize, problems), problems);
    }

    /// <summary>Runs a task that wants an encoder of its own kind on a few images and that encoder.</summary>
    /// <param name="task">The task.</param>
    /// <param name="createEncoder">Creates the encoder, a small one for small images; disposed by the check.</param>
    /// <param name="frames">Frames of every image: 1, or more for clips. The default is 1.</param>
    /// <inheritdoc cref="Verify(IPretextTask, int)"/>
    public static void Verify(IPretextTask task, Func<Encoder> createEncoder, int frames = 1)
    {
        var problems = HiddenMembers.Of(task).ToList();
        Verify(task, TaskTrial.Find(task, [(createEncoder, frames)], problems), problems);
    }

    private static void Verify(IPretextTask task, TaskTrial? trial, List<string> problems)
    {
        if (trial is not null)
        {
            using (trial)
            {
                TaskTrial.Try("generating a batch", problems, () => trial.CheckGeneration(problems));
                var wasChanged = trial.CheckImages(problems);
                if (problems.Count == 0)
                    TaskTrial.Try("training", problems, () => trial.CheckLearning(problems));
                if (problems.Count == 0)
                    TaskTrial.Try("training", problems, () => trial.CheckLeaks(problems));
                if (!wasChanged)
                    trial.CheckImages(problems);
            }
        }
        if (problems.Count > 0)
            throw new InvalidOperationException($"The task '{task.Name}' breaks the contract: {string.Join("; ", problems.Distinct())}.");
    }
}
