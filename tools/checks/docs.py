"""Checks that the paths, links, anchors and `make` targets in the documents exist.

It reads *.md, docs/**/*.md and packages/**/README.md. Paths are checked in `code`, in code blocks and in links.
"""

import re
import sys
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]

# Paths that the build creates. They are not in the repository, so documents are compared with this list.
BUILT = (
    'dist',
    'dist/packages',
    'dist/packages/backend',
    'dist/packages/backend/goody',
    'dist/packages/backend/lambda',
    'dist/packages/frontend',
    'dist/packages/frontend/index.html',
    'dist/packages/frontend/assets',
    'dist/packages/infrastructure/outputs.json',
    'dist/packages/shared',
    'dist/packages/shared/api.d.ts',
    'dist/packages/shared/openapi.json',
    'dist/screenshots',
    'dist/lighthouse',
    'target',
    'target/debug',
    'target/debug/goody',
    'target/release',
    'target/release/goody',
    'target/tools',
    'target/tools/bin/*',
)

CODE_BLOCK = re.compile(r'^( *)(```+|~~~+)[^\n]*\n(.*?)^\1\2[ \t]*$', re.S | re.M)
CODE = re.compile(r'(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)', re.S)
LINK = re.compile(r'\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)', re.M)
PATH = re.compile(r"""(?<![\w./~@$}-])(?:packages|docs|tools|dist|target|\.ci)/(?:\{[^{}\s]*\}|[^\s`'"()\[\]{},;|])*""")
MAKE = re.compile(r'(?:^|[\s(])make ((?:[a-z][a-z0-9-]*)(?= |$|[`)\n]))', re.M)


def documents(root):
    found = [*root.glob('*.md'), *root.glob('docs/**/*.md'), *root.glob('packages/**/README.md')]
    return sorted(path for path in found if path.is_file() and not {'node_modules', 'dist', 'target'} & set(path.relative_to(root).parts))


def code_of(text):
    """The text without its code, and the code."""
    code = []
    prose = CODE_BLOCK.sub(lambda match: code.append(match[3]) or '', text)
    prose = CODE.sub(lambda match: code.append(match[2]) or '', prose)
    return prose, '\n'.join(code)


def glob_patterns(path):
    """The glob patterns of a path: one for each choice of `{a,b}`, with `*` for `<package>`, `{id}` and `…`."""
    choice = re.search(r'\{([^{}]*,[^{}]*)\}', path)
    if choice:
        return [one for part in choice[1].split(',') for one in glob_patterns(path[:choice.start()] + part + path[choice.end():])]
    return [re.sub(r'<[^<>]*>|\{[^{}]*\}|\.\.\.|…', '*', path)]


def exists(root, path):
    pattern = re.sub(r'(?::\d+)+$', '', path.rstrip('.:!?')).rstrip('/')
    if pattern.split('/')[0] in ('dist', 'target'):
        return any(pattern == built or fnmatch(pattern, built) or fnmatch(built, pattern) for built in BUILT)
    return any(root.glob(pattern)) if '*' in pattern else (root / pattern).exists()


def anchors(text):
    """The anchors that GitHub creates for the headings of a document."""
    seen, names = {}, set()
    for title in re.findall(r'^#{1,6}\s+(.+?)\s*#*$', CODE_BLOCK.sub('', text), re.M):
        title = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', title)
        anchor = re.sub(r'[^\w\- ]', '', title.lower()).replace(' ', '-')
        names.add(f'{anchor}-{seen[anchor]}' if anchor in seen else anchor)
        seen[anchor] = seen.get(anchor, 0) + 1
    return names | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def link_problem(root, document, target):
    if re.match(r'[a-z][a-z0-9+.-]*:', target) or target.startswith('//'):
        return None
    path, _, anchor = unquote(target).partition('#')
    file = (document.parent / path).resolve() if path else document
    if root != file and root not in file.parents:
        return f'links to {target}, which is outside the repository'
    name = file.relative_to(root).as_posix()
    if not exists(root, name):
        return f'links to {target}, but there is no {name}. Correct the link, or remove it'
    if anchor and file.suffix == '.md' and anchor not in anchors(file.read_text(encoding='utf-8')):
        return f'links to {target}, but {name} has no heading with the anchor #{anchor}'
    return None


def problems(root):
    makefile = root / 'Makefile'
    targets = set(re.findall(r'^([\w.-]+)\s*:(?!=)', makefile.read_text(encoding='utf-8'), re.M)) if makefile.is_file() else set()
    findings = []
    for document in documents(root):
        name, text = document.relative_to(root).as_posix(), document.read_text(encoding='utf-8')
        prose, code = code_of(text)
        for path in dict.fromkeys(PATH.findall(code)):
            for one in glob_patterns(path):
                if not exists(root, one):
                    findings.append(f'{name}: names {one}, which does not exist. Correct the path; if the build creates it, '
                                'add it to BUILT in tools/checks/docs.py')
        for target in dict.fromkeys(MAKE.findall(code)):
            if target not in targets:
                findings.append(f'{name}: names `make {target}`, but the Makefile has no such target')
        for links in dict.fromkeys(LINK.findall(prose)):
            problem = link_problem(root, document, links[0] or links[1])
            if problem:
                findings.append(f'{name}: {problem}')
    return findings


def main():
    findings = problems(ROOT)
    print('\n'.join(findings) or f'docs: all paths, links and make targets in {len(documents(ROOT))} documents exist')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
