# %% wrong: cells_as_they_are
# Escapes no cell.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        tds = (f'<td data-label="{escape(name)}">{cell}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% wrong: escaped_twice
# Escapes what is escaped.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        tds = (f'<td data-label="{escape(name)}">{escape(escape(cell))}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% wrong: first_column_as_heads
# Makes heads of the first cell of each row.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for first, *row in rows:
        header = header[-len(row):]
        tds = (f'<td data-label="{escape(name)}">{escape(cell)}</td>' for name, cell in zip(header, row))
        body += f"<tr><th>{escape(first)}</th>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% wrong: heads_as_they_are
# Escapes no head.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in header)
    body = ""
    for row in rows:
        tds = (f'<td data-label="{escape(name)}">{escape(cell)}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% wrong: label_is_the_cell
# Labels a cell with its own text.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        tds = (f'<td data-label="{escape(cell)}">{escape(cell)}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% wrong: labels_as_they_are
# Escapes no label.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        tds = (f'<td data-label="{name}">{escape(cell)}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% wrong: labels_without_quotes
# Escapes no quotes in a label.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        tds = (f'<td data-label="{escape(name, quote=False)}">{escape(cell)}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% wrong: no_body
# Writes no head and no body.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        tds = (f'<td data-label="{escape(name)}">{escape(cell)}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><tr>{head}</tr>\n\n{body}</table>"

# %% wrong: no_labels
# Labels no cell.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        tds = (f'<td>{escape(cell)}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% wrong: one_row
# Writes all cells into one row.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        tds = (f'<td data-label="{escape(name)}">{escape(cell)}</td>' for name, cell in zip(header, row))
        body += "".join(tds)
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n<tr>{body}</tr></tbody></table>"

# %% wrong: tag_taken_out
# Takes < and > out of the cells.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    for row in rows:
        tds = (f'<td data-label="{escape(name)}">{escape(cell.replace("<", "").replace(">", ""))}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% wrong: needs_a_row
# Asks the first row how many columns there are.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body, n = "", len(rows[0])
    for row in rows:
        tds = (f'<td data-label="{escape(name)}">{escape(cell)}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% wrong: columns_for_rows
# Writes the columns one after the other.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ""
    cells = [cell for column in zip(*rows) for cell in column]
    for i in range(len(rows)):
        row = cells[i * len(header) : (i + 1) * len(header)]
        tds = (f'<td data-label="{escape(name)}">{escape(cell)}</td>' for name, cell in zip(header, row))
        body += f"<tr>{''.join(tds)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

# %% right: appended
# Appends to a list of lines.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    names = [escape(name) for name in header]
    lines = ['<table class="report">', "<thead>", "<tr>"]
    lines += [f'<th scope="col">{name}</th>' for name in names]
    lines += ["</tr>", "</thead>", "<tbody>"]
    for row in rows:
        lines.append("<tr>")
        for i, cell in enumerate(row):
            lines.append(f'  <td data-label="{names[i]}"> {escape(cell)} </td>')
        lines.append("</tr>")
    lines += ["</tbody>", "</table>"]
    return "\n".join(lines)

# %% right: element_tree
# Lets a library build it.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from xml.etree import ElementTree

    table = ElementTree.Element("table")
    line = ElementTree.SubElement(ElementTree.SubElement(table, "thead"), "tr")
    for name in header:
        ElementTree.SubElement(line, "th").text = name
    body = ElementTree.SubElement(table, "tbody")
    for row in rows:
        line = ElementTree.SubElement(body, "tr")
        for name, cell in zip(header, row, strict=True):
            ElementTree.SubElement(line, "td", {"data-label": name}).text = cell
    return ElementTree.tostring(table, encoding="unicode", method="html")

# %% right: inner_function
# An inner function makes a row.
#| export reporter
def html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(tag: str, cells: Sequence[str], labels: Sequence[str] | None = None) -> str:
        written = ""
        for i, cell in enumerate(cells):
            label = f" data-label='{escape(labels[i])}'" if labels else ""
            written += f"<{tag}{label}>{escape(cell, quote=False)}</{tag}>"
        return f"<tr>{written}</tr>"

    body = "".join(line("td", row, header) for row in rows)
    return "<table><thead>" + line("th", header) + "</thead><tbody>" + body + "</tbody></table>"

# %% equivalent: as_many
# Every row has a cell for each head; what becomes of another one is not asked for.
# - cells = zip(header, row, strict=True)
# + cells = zip(header, row)
# + cells = zip(header, row, strict=False)
