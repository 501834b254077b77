"""Prints, for each file and reader: the tags in order, the texts of code, and all other text."""

import html.parser
import json
import pathlib
import sys

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.codes, self.rest, self.inside = [], [], [], False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "code":
            self.inside = True
            self.codes.append("")

    def handle_endtag(self, tag):
        self.tags.append("/" + tag)
        if tag == "code":
            self.inside = False

    def handle_comment(self, data):
        self.tags.append("comment")

    def handle_data(self, data):
        if self.inside:
            self.codes[-1] += data
        else:
            self.rest.append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    return {"tags": reader.tags, "codes": reader.codes, "rest": " ".join("".join(reader.rest).split())}


other = MarkdownIt("gfm-like", {"html": True})
answers = []
for path in sys.argv[1:]:
    text = pathlib.Path(path).read_bytes().decode()
    github = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    answers.append({"cmarkgfm": read(github), "markdown-it-py": read(other.render(text))})
json.dump(answers, sys.stdout)
