"""Under which licences everything comes that Cargo.lock and package-lock.json name: docs/LICENCES.md, one line each.

`licences.py --write` writes the document. Without the option it fails where the document is not what the locks say, or
where a licence is not allowed: `deny.toml` has the list, ALSO what npm's packages need besides.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / 'docs/LICENCES.md'
PROGRAMS = ('goody', 'goody-lambdas')

# What cargo-deny would never meet. For the page: dedicated to the public. For tools: they run here, unchanged, and are given to nobody.
ALSO = {
    'page': {'Unlicense'},
    'tools': {'0BSD', 'BSD-2-Clause', 'BlueOak-1.0.0', 'MPL-2.0', 'Python-2.0', 'Unlicense'},
}

TITLES = {
    'programs': 'Crates in the programs',
    'page': 'Packages in the page',
    'tools': 'Crates and packages that only build and test',
}
HEAD = """# Licences

What this program is made of that others wrote, and under which licence. Made from Cargo.lock and package-lock.json by
`make licences`; `make check` fails where it is out of date, or where a licence is not on the list in `deny.toml`. Packages of
every platform are named, also of those that nobody built for.
"""


def is_allowed(expression, allowed):
    """Whether one may choose only allowed licences in an SPDX expression. Old crates write `/` for `OR`."""
    words = re.findall(r'[()]|[^\s()]+(?:\s+WITH\s+[^\s()]+)?', expression.replace('/', ' OR '))

    def either():
        good = both()
        while words[:1] == ['OR']:
            words.pop(0)
            good = both() or good
        return good

    def both():
        good = one()
        while words[:1] == ['AND']:
            words.pop(0)
            good = one() and good
        return good

    def one():
        word = words.pop(0)
        if word != '(':
            return word in allowed
        good = either()
        words.pop(0)
        return good

    return bool(words) and either() and not words


def crates(metadata):
    """(part, name, version, licence) of every crate that is not ours, from what `cargo metadata` prints."""
    packages = {package['id']: package for package in metadata['packages']}
    needs = {
        node['id']: [dep['pkg'] for dep in node['deps'] if any(kind['kind'] is None for kind in dep['dep_kinds'])]
        for node in metadata['resolve']['nodes']
    }
    ours = set(metadata['workspace_members'])
    waiting, linked = [id for id in ours if packages[id]['name'] in PROGRAMS], set()
    while waiting:
        if (id := waiting.pop()) not in linked:
            linked.add(id)
            waiting += needs[id]
    return [
        ('programs' if id in linked else 'tools', package['name'], package['version'], package['license'])
        for id, package in packages.items()
        if id not in ours
    ]


def npm_packages(lock):
    """The same of every package in package-lock.json."""
    packages = lock['packages']
    # One for another platform, which the lock knows by its version alone, is a part of the package that asks for it.
    whole = {name: package for package in packages.values() for name in package.get('optionalDependencies', {})}
    told = []
    for path, package in packages.items():
        if 'node_modules/' not in path or package.get('link'):
            continue
        name = path.rpartition('node_modules/')[2]
        licence = package.get('license') or whole.get(name, {}).get('license')
        told.append(('tools' if package.get('dev') else 'page', name, package['version'], licence))
    return told


def problems(everything, allowed):
    return [
        f'{name} {version}: {licence or "no licence is told"}. It may not come in ({TITLES[part].lower()}): read the licence, '
        'then allow it in deny.toml, or take another package'
        for part, name, version, licence in everything
        if not is_allowed(licence or '', allowed | ALSO.get(part, set()))
    ]


def document(everything):
    told = [HEAD]
    for part, title in TITLES.items():
        rows = sorted({(name, version, licence) for here, name, version, licence in everything if here == part})
        told += [f'\n## {title}\n\n| {len(rows)} | version | licence |\n|---|---|---|\n']
        told += [f'| {name} | {version} | {licence} |\n' for name, version, licence in rows]
    return ''.join(told)


def main(arguments):
    command = ['cargo', 'metadata', '--locked', '--format-version', '1']
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)
    lock = json.loads((ROOT / 'package-lock.json').read_text(encoding='utf-8'))
    everything = crates(metadata) + npm_packages(lock)
    wanted = document(everything)
    if arguments == ['--write']:
        DOCUMENT.write_text(wanted, encoding='utf-8')
    allowed = set(tomllib.loads((ROOT / 'deny.toml').read_text(encoding='utf-8'))['licenses']['allow'])
    told = problems(everything, allowed)
    if not DOCUMENT.is_file() or DOCUMENT.read_text(encoding='utf-8') != wanted:
        told.append(f'{DOCUMENT.relative_to(ROOT)} is not what the locks say: make licences')
    print('\n'.join(told) or f'licences: {len(everything)} crates and packages, all allowed and all listed')
    return 1 if told else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
