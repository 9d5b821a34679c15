"""Why some mutants of the package are not noticed: by the module and the line as it became."""

REASONS: dict[tuple[str, str], str] = {}
