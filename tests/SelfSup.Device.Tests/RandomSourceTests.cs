using SelfSup.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.DeviceTests;

public class RandomSourceTests
{
    [DeviceFact]
    public void Draws_arrive_on_the_device_with_the_numbers_of_the_CPU()
    {
        using var scope = NewDisposeScope();
        using RandomSource here = new(7), there = new(7, SecondDevice.Device);
        foreach (var draw in new Func<RandomSource, Tensor>[]
        {
            random => random.Uniform(3, 5), random => random.Normal(3, 5), random => random.Integers(10, 20), random => random.Permutation(20),
            random => random.Chance(0.3, 50),
        })
        {
            var found = draw(there);
            SecondDevice.Holds(found, "draw");
            Assert.True(draw(here).Equals(found.cpu()));
        }
    }

    [DeviceFact]
    public void A_constant_is_brought_to_each_device_once()
    {
        using var scope = NewDisposeScope();
        var made = 0;
        var constant = new DeviceConstant(() =>
        {
            made++;
            return arange(3, int64, CPU);
        });
        var there = constant.On(SecondDevice.Device);
        SecondDevice.Holds(there, "constant");
        Assert.Same(there, constant.On(SecondDevice.Device));
        Assert.Equal(DeviceType.CPU, constant.On(CPU).device.type);
        Assert.True(constant.On(CPU).Equals(there.cpu()));
        Assert.Equal(2, made);
    }

    [DeviceFact]
    public void The_device_refuses_tensors_of_the_CPU()
    {
        using var scope = NewDisposeScope();
        var there = ones(3, device: SecondDevice.Device);
        Assert.ThrowsAny<Exception>(() => there.add(ones(3, device: CPU)));
        Assert.ThrowsAny<Exception>(() => there.index_select(0, arange(2, int64, CPU)));
    }
}
