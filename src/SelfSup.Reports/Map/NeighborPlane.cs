using System.Numerics;
using static TorchSharp.torch;

namespace SelfSup.Reports;

/// <summary>A plane in which every row lies near those that are most like it: t-SNE.</summary>
/// <remarks>
/// Source: van der Maaten and Hinton, "Visualizing Data using t-SNE" (JMLR 2008), with the forces of all pairs; it starts at the principal
/// components (Kobak and Berens, arXiv 1811.04840) at the learning rate of Belkina et al. (Nature Communications 10:5415), so that equal rows
/// give equal planes.
/// </remarks>
/// <param name="affinities">How much each row belongs to others.</param>
internal sealed class NeighborPlane(Affinities affinities)
{
    private const float Exaggeration = 12;
    private const int ExaggeratedSteps = 250, Steps = 750;
    private const float LeastLearningRate = 200;
    private const double StartDeviation = 1e-4;

    /// <summary>Places rows.</summary>
    /// <param name="features">Float (N, D), of at least two rows. Borrowed.</param>
    /// <param name="start">Their principal components.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    /// <returns>A place for each row; only which are near each other means something.</returns>
    public static (double X, double Y)[] Of(Tensor features, PrincipalPlane start, CancellationToken cancellationToken)
    {
        var deviation = Math.Sqrt(start.Points.Average(point => point.X * point.X));
        if (deviation == 0)
            return start.Points; // all rows are equal
        var x = new Coordinate(start.Points.Select(point => point.X / deviation * StartDeviation));
        var y = new Coordinate(start.Points.Select(point => point.Y / deviation * StartDeviation));
        var plane = new NeighborPlane(Affinities.Of(features));
        var rate = Math.Max(LeastLearningRate, start.Points.Length / Exaggeration);
        for (var step = 0; step < Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isExaggerated = step < ExaggeratedSteps;
            plane.FindGradient(x.Places, y.Places, isExaggerated ? Exaggeration : 1, x.Gradient, y.Gradient);
            x.Step(rate, momentum: isExaggerated ? 0.5f : 0.8f);
            y.Step(rate, momentum: isExaggerated ? 0.5f : 0.8f);
        }
        return [.. x.Places.Zip(y.Places, (first, second) => ((double)first, (double)second))];
    }

    /// <summary>A quarter of the gradient of the divergence between the rows' neighbors and those in the plane.</summary>
    /// <param name="x">The places, first coordinate.</param>
    /// <param name="y">The second.</param>
    /// <param name="exaggeration">By how much neighbors attract more than they should.</param>
    /// <param name="gradientX">Receives the gradient for the first coordinate.</param>
    /// <param name="gradientY">For the second.</param>
    public void FindGradient(float[] x, float[] y, float exaggeration, float[] gradientX, float[] gradientY)
    {
        var (sums, attractionX, attractionY) = (new float[x.Length], new float[x.Length], new float[x.Length]);
        Parallel.For(0, x.Length, row =>
        {
            (sums[row], gradientX[row], gradientY[row]) = Repel(x, y, row);
            (attractionX[row], attractionY[row]) = Attract(x, y, row);
        });
        // Each row saw itself, at a weight of 1. Of very few rows, far apart, rounding leaves nothing of the others.
        var sum = Math.Max(sums.Sum(one => (double)one) - x.Length, 1e-6);
        for (var row = 0; row < x.Length; row++)
        {
            gradientX[row] = (exaggeration * attractionX[row]) - (float)(gradientX[row] / sum);
            gradientY[row] = (exaggeration * attractionY[row]) - (float)(gradientY[row] / sum);
        }
    }

    private (float X, float Y) Attract(float[] x, float[] y, int row)
    {
        var (sumX, sumY) = (0f, 0f);
        foreach (var (other, share) in affinities.Others[row].Zip(affinities.Shares[row]))
        {
            var (awayX, awayY) = (x[row] - x[other], y[row] - y[other]);
            var weight = share / (1 + (awayX * awayX) + (awayY * awayY));
            sumX += weight * awayX;
            sumY += weight * awayY;
        }
        return (sumX, sumY);
    }

    private static (float Weights, float X, float Y) Repel(float[] x, float[] y, int row)
    {
        var (sum, sumX, sumY) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var (placeX, placeY) = (new Vector<float>(x[row]), new Vector<float>(y[row]));
        var other = 0;
        for (; other <= x.Length - Vector<float>.Count; other += Vector<float>.Count)
        {
            var (awayX, awayY) = (placeX - new Vector<float>(x, other), placeY - new Vector<float>(y, other));
            var weight = Vector<float>.One / (Vector<float>.One + (awayX * awayX) + (awayY * awayY));
            sum += weight;
            sumX += weight * weight * awayX;
            sumY += weight * weight * awayY;
        }
        var (weights, forceX, forceY) = (Vector.Sum(sum), Vector.Sum(sumX), Vector.Sum(sumY));
        for (; other < x.Length; other++)
        {
            var (awayX, awayY) = (x[row] - x[other], y[row] - y[other]);
            var weight = 1 / (1 + (awayX * awayX) + (awayY * awayY));
            weights += weight;
            forceX += weight * weight * awayX;
            forceY += weight * weight * awayY;
        }
        return (weights, forceX, forceY);
    }

    /// <summary>One coordinate of all rows, moved down its gradient with momentum and a rate of its own for every row.</summary>
    private sealed class Coordinate
    {
        private const float LeastGain = 0.01f;
        private readonly float[] moves, gains;

        public Coordinate(IEnumerable<double> places)
        {
            Places = [.. places.Select(place => (float)place)];
            (Gradient, moves, gains) = (new float[Places.Length], new float[Places.Length], new float[Places.Length]);
            Array.Fill(gains, 1);
        }

        public float[] Places { get; }

        public float[] Gradient { get; }

        public void Step(float rate, float momentum)
        {
            for (var row = 0; row < Places.Length; row++)
            {
                // The rate grows while a row keeps its direction, and shrinks when it turns.
                gains[row] = Gradient[row] * moves[row] < 0 ? gains[row] + 0.2f : Math.Max(LeastGain, 0.8f * gains[row]);
                moves[row] = (momentum * moves[row]) - (rate * gains[row] * Gradient[row]);
                Places[row] += moves[row];
            }
        }
    }
}
