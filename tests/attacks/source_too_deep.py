"""Is nested so deep that a parser may crash."""

x = "@PARENTHESES@"
