"""The report as one HTML page without scripts or links to elsewhere; every value is escaped by the template engine."""

from __future__ import annotations

from guard.report.flows import flow_lines
from guard.report.text import Document, changes, foot

_FLOWS = 50  # examples that are shown
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ doc.verdict }} {{ doc.change.id }}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1f24 }
h1 span { color: #fff; border-radius: .3rem; padding: .1rem .6rem }
.ALLOW { background: #1a7f37 } .HOLD { background: #9a6700 } .BLOCK { background: #cf222e }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid #d0d7de; padding: .4rem; text-align: left; vertical-align: top }
.deny { color: #cf222e } .hold { color: #9a6700 } .existing { opacity: .6 }
pre { background: #f6f8fa; padding: 1rem; overflow-x: auto } ul { margin: .3rem 0 } code { font-size: .85em }
</style></head><body>
<h1><span class="{{ doc.verdict }}">{{ doc.verdict }}</span> {{ doc.change.id }} {{ doc.change.title }}</h1>
{% if doc.findings %}<table><thead><tr><th>Policy</th><th>Step</th><th>What and why</th></tr></thead><tbody>
{% for each in doc.findings %}<tr class="{{ each.status }}">
<td class="{{ each.enforcement }}"><b>{{ each.policy }}</b><br>{{ each.enforcement }}, {{ each.status }}</td>
<td>{{ each.step or "" }}</td><td>{{ each.message }}
{% if each.evidence %}<ul>{% for line in each.evidence %}<li><code>{{ line }}</code></li>{% endfor %}</ul>{% endif %}
</td></tr>{% endfor %}</tbody></table>{% else %}<p>No findings.</p>{% endif %}
{% if changes %}<h2>What changes</h2><pre>{{ changes | join("\n") }}</pre>{% endif %}
{% if flows %}<h2>Flows</h2><pre>{{ flows | join("\n") }}</pre>{% endif %}
{% if doc.notes %}<h2>Notes</h2><ul>{% for note in doc.notes %}<li>{{ note }}</li>{% endfor %}</ul>{% endif %}
<p><small>{% for line in foot %}{{ line }}<br>{% endfor %}</small></p>
</body></html>
"""


def render(document: Document) -> str:
    """A whole page."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined)
    page = environment.from_string(_PAGE).render(
        doc={"notes": (), **document},
        changes=list(changes(document["diff"])),
        flows=list(flow_lines(document, _FLOWS)),
        foot=list(foot(document)),
    )
    return page + "\n"
