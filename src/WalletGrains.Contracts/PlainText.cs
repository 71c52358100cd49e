namespace WalletGrains.Contracts;

/// <summary>Text that can be stored, shown and compared everywhere: no control characters and no halves of surrogate pairs.</summary>
public static class PlainText
{
    /// <summary>Whether the text is such a text.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]))
            {
                return false;
            }

            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }
}
