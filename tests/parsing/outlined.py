"""A parsed text as lines: kind and words of each block, indented below the block that it stands in."""

from index.parsing.base import Parsed


def outlined(parsed: Parsed) -> list[str]:
    blocks = parsed.layout.blocks
    holders = {block.parent for block in blocks}
    lines = []
    for number, block in enumerate(blocks):
        depth, parent = 0, block.parent
        while parent >= 0:
            above = blocks[parent]
            assert above.start <= block.start <= block.end <= above.end
            depth, parent = depth + 1, above.parent
        name = "  " * depth + block.kind + (str(block.level) if block.level else "")
        if number in holders:
            lines.append(name)
        elif block.cells:
            lines.append(f"{name}: " + " | ".join(parsed.text[start:end] for start, end in block.cells))
        else:
            words = parsed.text[block.start : block.end]
            assert words == words.strip()
            lines.append(f"{name}: {words}")
    return lines


def styled(parsed: Parsed) -> list[tuple[str, str, str]]:
    """Looks: the kind, the words, and where a link leads."""
    return [(style.kind, parsed.text[style.start : style.end], style.href) for style in parsed.layout.styles]
