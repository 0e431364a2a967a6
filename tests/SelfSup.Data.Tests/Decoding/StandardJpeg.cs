namespace SelfSup.Data.Tests.Decoding;

/// <summary>JPEG files of 40 x 32 pixels that are coded with the standard's typical Huffman tables, as webcams do and Skia does not.</summary>
internal static class StandardJpeg
{
    public static byte[] Color { get; } = Convert.FromBase64String("""
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8SDc9Pjv/2w
        BDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozv/wAARCAAgACgDASIAAhEBAxEB/8QAHwAA
        AQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGR
        olJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT
        1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBh
        JBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOU
        lZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDrwMCmu+KHfFV3fNedi8XGjH
        lidUY3MzW3z5P/AAL+lZSrk1p6uuTD/wAC/pVNErmwdGeJs2fJ5o1HFT+X5IESipeAKK+pp0KdOPKzym2znnfNNAyaAMmp4468ijRniZ3Z+4tpIzNVj/1P/Av6
        VR4ArT1nAEP/AAL+lY7vX2ND2eFoI+KzO8sXP5fkgd6KgZsmivFrY2c53RyKKP/Z
        """);

    public static byte[] Gray { get; } = Convert.FromBase64String("""
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8SDc9Pjv/wA
        ALCAAgACgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0Kx
        wRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztL
        W2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AOvAwKa74rE1t8+T/wAC/pWUq5NToldS74qu75rK1dcmH/gX9Kpo
        lS8AVzzvmmgZNU9Vj/1P/Av6VR4AqJ3rfAyanjjqjrOAIf8AgX9Kx3eoGbJr/9k=
        """);

    /// <summary>The one in color with a restart marker after every two groups of blocks.</summary>
    public static byte[] Restarting { get; } = Convert.FromBase64String("""
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8SDc9Pjv/2w
        BDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozv/wAARCAAgACgDASIAAhEBAxEB/8QAHwAA
        AQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGR
        olJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT
        1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBh
        JBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOU
        lZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/90ABAAC/9oADAMBAAIRAxEAPwDrwMCmu+KHfFV3fN
        edi8XGjHlidUY3MzW3z5P/AAL+lZSrk1p6uuTD/wAC/pVNErmwdGeJs2fJ5o1HFT+X5I//0JESipeAKK76dCnTjys+IbbOed800DJoAyanjjryKNGeJndn7i2k
        j//R5nVY/wDU/wDAv6VR4ArT1nAEP/Av6Vju9fU0PZ4WgjXM7yxc/l+SB3oqBmyaK8WtjZzndHIoo//Z
        """);

    /// <summary>A file without its Huffman tables.</summary>
    public static byte[] WithoutCodes(byte[] jpeg) => Without(jpeg, 0xC4, _ => true);

    /// <summary>A file without segments of a marker, chosen by the first byte that they hold.</summary>
    public static byte[] Without(byte[] jpeg, byte marker, Func<byte, bool> isChosen)
    {
        const byte startOfScan = 0xDA;
        var result = jpeg[..2].ToList();
        var at = 2;
        while (jpeg[at + 1] != startOfScan)
        {
            var end = at + 2 + jpeg[at + 2] * 256 + jpeg[at + 3];
            if (jpeg[at + 1] != marker || !isChosen(jpeg[at + 4]))
                result.AddRange(jpeg[at..end]);
            at = end;
        }
        return [.. result, .. jpeg[at..]];
    }
}
