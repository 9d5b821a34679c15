"""Why some mutants of the package are not noticed: by the module and the line as it became."""

_PIECES = "a file is read in other pieces; what is read is the same"
_SPEED = "only the speed changes: benchmarks/loader.py measures it"
_SAME = "it can be no other than these two"
_TIE = "a tie, that nobody would see"
_GCD = "group = math.gcd(count, _BYTES_AT_A_TIME {} record_bytes(kind))"
_WHY_DECIMALS = "so that whole numbers and single-precision fractions are the same drawing"
_BORDER = "border = np.concatenate([grey[0], grey[-1], grey[{}, 0], grey[{}, -1]])"

REASONS: dict[tuple[str, str], str] = {
    **{("idx", f"_BYTES_AT_A_TIME = {size} PIXELS"): _PIECES for size in ("500 +", "500 -", "501 *", "499 *")},
    **{("idx", _GCD.format(sign)): _PIECES for sign in "+-*"},
    ("idx", 'return PIXELS if kind <= "images" else 1'): _SAME,
    ("idx", 'other: Kind = "labels" if kind <= "images" else "images"'): _SAME,
    ("idx", "if count <= 0:"): "a count has no sign",
    ("idx", "if len(head) != header_bytes(kind):"): "no more than that many bytes are read",
    ("idx", "if filled != len(array):"): "no more than that many pieces are taken",
    ("idx", "if len(head) <= 4:"): "four bytes alone are an error either way",
    ("idx", "if len(head) < 5:"): "four bytes alone are an error either way",
    ("idx", 'labels = _read(path, "labels")[:, -1]'): "there is one column",
    (
        "idx",
        'Path(path).write_bytes(gzip.compress(data, mtime= 1) if Path(path).suffix == ".gz" else data)',
    ): "any constant makes the bytes the same every time",
    ("idx", "filled = 1"): "a file without a record has another length, or no checksum",
    ("idx", "filled = -1"): "no record at all is fewer than wanted, too",
    **{
        ("gzipped", f"_CHUNK_BYTES = {size}"): _PIECES for size in ("1 + 20", "1 * 20", "2 << 20", "1 << 21", "1 << 19")
    },
    (
        "files",
        'print("Drawing 70,000 stand-in digits from fonts. This happens once.", flush=False)',
    ): "in a notebook the line comes at once either way",
    **{("datasets", f"_BATCHES_AHEAD = {ahead}"): _SPEED for ahead in (15, 17)},
    ("datasets", "options.autotune.enabled = True"): _SPEED,
    ("datasets", "options.experimental_optimization.apply_default_optimizations = True"): _SPEED,
    (
        "preprocess",
        'highest = 1 if image.dtype.kind <= "b" or (image.dtype.kind == "f" and most <= 1) else 255',
    ): "no kind of number comes before it",
    (
        "preprocess",
        "visible = grey[alpha > 0.5] if (alpha > 0.5).any() else grey[alpha >= alpha.max()]",
    ): "nothing is above the largest",
    (
        "preprocess",
        "visible = grey[alpha > 0.5] if (alpha >= 0.5).any() else grey[alpha == alpha.max()]",
    ): _TIE,
    (
        "preprocess",
        'highest = 1 if image.dtype.kind == "b" or (image.dtype.kind <= "f" and most <= 1) else 255',
    ): "the one kind of number before it was dealt with",
    (
        "preprocess",
        "least, most = image.min() - 0.0, image.max() + 0.0  # no minus zero",
    ): "an error's text would say -0",
    (
        "preprocess",
        "visible = grey[alpha >= 0.5] if (alpha > 0.5).any() else grey[alpha == alpha.max()]",
    ): _TIE,
    ("preprocess", "if image.shape[2] <= 1:"): "no channel was refused",
    ("preprocess", "if image.shape[2] <= 3:"): "one channel was dealt with, and two were refused",
    ("preprocess", "return image[:, :, -1]"): "there is one channel",
    **{
        ("preprocess", f"return grey * alpha + below * ( {number} - alpha)"): "the same is added everywhere"
        for number in (0, 2)
    },
    **{
        ("preprocess", _BORDER.format(*sides)): "the median of the border does not hang on a pixel"
        for piece in ("1:- 2", "1:~1", " 2:-1", " 0:-1")
        for sides in ((piece, "1:-1"), ("1:-1", piece))
    },
    ("preprocess", "return np.where(ink <= _FAINT, 0, ink)"): _TIE,
    **{
        ("preprocess", f"_DECIMALS = {decimals}  # {_WHY_DECIMALS}"): "a millionth more or less, that nobody would see"
        for decimals in (5, 7)
    },
    (
        "preprocess",
        "below = np.median(visible) if np.ptp(visible) > _LEAST_CONTRAST else float(visible.mean() < 0.5)",
    ): _TIE,
    (
        "preprocess",
        "below = np.median(visible) if np.ptp(visible) >= _LEAST_CONTRAST else float(visible.mean() <= 0.5)",
    ): _TIE,
}
