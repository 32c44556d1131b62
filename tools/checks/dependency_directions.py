"""Who may import whom: crates by Cargo's metadata, the page by its import lines, the files of a crate by the paths in them.

`docs/ARCHITECTURE.md` says why; this file is the list. A new crate needs a line here before it may be imported. The files of
a crate import each other in no circle. A crate's root and a module's own file declare what is below them, so an import of
those is none of this: it is how a child reaches what its parent offers.
"""

import json
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

# Room -> the rooms it may import. A room is where the manifest lies, not what the crate calls itself.
ROOMS = {
    'packages/shared/crates/domain': 'domain',
    'packages/shared/crates/contract': 'contract',
    'packages/backend/crates/application': 'application',
    'packages/backend/crates/store-*': 'store',
    'packages/backend/crates/formats': 'formats',
    'packages/backend/crates/http': 'http',
    'packages/backend/crates/testkit': 'testkit',
    'packages/backend/apps/*': 'apps',
    'packages/backend/bench': 'bench',
    'packages/backend/fuzz/harness': 'fuzz',
}
BELOW_APPS = {'domain', 'contract', 'formats', 'application', 'store', 'http'}
MAY_IMPORT = {
    'domain': set(),
    'contract': {'domain'},
    'application': {'domain'},
    'store': {'application', 'domain'},
    'formats': {'domain'},
    'http': {'application', 'contract', 'domain', 'formats'},
    'testkit': {'application', 'domain', 'http'},
    'apps': BELOW_APPS,
    'bench': BELOW_APPS,
    'fuzz': BELOW_APPS,
}

# What would let the rules do IO, wait, or read a clock. Dev-dependencies are free.
NOT_IN_DOMAIN = {
    'IO': ['rusqlite', 'libsqlite3-sys', 'sqlx', 'axum', 'axum-*', 'hyper', 'hyper-*', 'tower', 'tower-*', 'http-body*',
           'reqwest', 'ureq', 'aws-*', 'lambda_*', 'mio', 'socket2', 'getrandom', 'tempfile', 'tracing-subscriber'],
    'async': ['tokio', 'tokio-*', 'async-*', 'async_*', 'futures', 'futures-*', 'smol'],
    'clock': ['chrono', 'time', 'quanta', 'coarsetime', 'instant', 'web-time'],
}

# These packages read what others put here, and nothing else outside themselves.
TYPESCRIPT = ('packages/frontend', 'packages/infrastructure')
BUILT_TYPES = PurePosixPath('dist/packages/shared')
IMPORT = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|\bvi\.mock\s*\(\s*|@import\s+(?:url\()?\s*)(['"])([^'"\n]+)\1"""
)
SOURCES = ('*.ts', '*.tsx', '*.mts', '*.cts', '*.js', '*.jsx', '*.mjs', '*.css')


def room(manifest):
    """The room of the crate whose manifest lies at this path inside the repository, or None."""
    folder = str(PurePosixPath(manifest).parent)
    return next((name for pattern, name in ROOMS.items() if fnmatch(folder, pattern)), None)


def crate_violations(metadata):
    """`metadata` is what `cargo metadata --no-deps` prints."""
    top = PurePosixPath(metadata['workspace_root'])
    rooms = {package['name']: room(PurePosixPath(package['manifest_path']).relative_to(top)) for package in metadata['packages']}
    findings = []
    for package in metadata['packages']:
        name, here = package['name'], rooms[package['name']]
        if here is None:
            findings.append(f'{name}: lies in no known room. Add its folder to ROOMS and its allowed imports to MAY_IMPORT in tools/checks/dependency_directions.py')
            continue
        for dependency in package['dependencies']:
            findings += dependency_violations(name, here, dependency, rooms)
    return findings


def dependency_violations(name, here, dependency, rooms):
    wanted, for_tests = dependency['name'], dependency['kind'] == 'dev'
    if wanted not in rooms:
        reason = next((why for why, crates in NOT_IN_DOMAIN.items() if any(fnmatch(wanted, crate) for crate in crates)), None)
        if here == 'domain' and reason and not for_tests:
            return [f'{name} -> {wanted}: domain has no {reason}. Take a value as an argument, and do the {reason} in a crate above']
        return []
    there = rooms[wanted]
    if there == 'testkit':
        if here in ('bench', 'fuzz') or (for_tests and here != 'domain'):
            return []
        advice = 'domain imports no crate of this workspace, not even for tests' if here == 'domain' else 'move it to [dev-dependencies]'
        return [f'{name} -> {wanted}: {advice}']
    if there in MAY_IMPORT[here]:
        return []
    allowed = ', '.join(sorted(MAY_IMPORT[here])) or 'no crate of this workspace'
    return [f'{name} -> {wanted}: {here} may import {allowed}. Move the code, or give {here} a port that {there or "it"} implements']


def import_violations(package, path, text, own_names, aliases=()):
    """Imports of one source file that leave `package`. Paths are inside the repository."""
    findings = []
    for _, specifier in IMPORT.findall(text):
        target = aliased(specifier.partition('?')[0], aliases)
        if target is None and not specifier.startswith('.'):
            if any(specifier == name or specifier.startswith(f'{name}/') for name in own_names) or '/packages/' in specifier:
                findings.append(f'{path}: imports {specifier}. Read what that package puts in {BUILT_TYPES}/ instead')
            continue
        target = target or normal(PurePosixPath(path).parent / specifier.partition('?')[0])
        if not any(within(target, top) for top in (PurePosixPath(package), BUILT_TYPES)):
            findings.append(f'{path}: imports {specifier}, which leaves {package}. Only {BUILT_TYPES}/ may be read from outside')
    return findings


def aliased(specifier, aliases):
    """The path a tsconfig alias stands for, or None. `aliases` is a list of (pattern, target path)."""
    for pattern, target in aliases:
        head, star, _ = pattern.partition('*')
        if specifier == pattern or (star and specifier.startswith(head)):
            return normal(PurePosixPath(target.replace('*', specifier[len(head):]) if star else target))
    return None


def normal(path):
    parts = []
    for part in PurePosixPath(path).parts:
        if part == '..' and parts and parts[-1] != '..':
            parts.pop()
        elif part != '.':
            parts.append(part)
    return PurePosixPath(*parts)


def within(path, top):
    return path == top or top in path.parents


def aliases_of(package):
    """`compilerOptions.paths` of every tsconfig of a package, as paths inside the repository."""
    findings = []
    for config in sorted((ROOT / package).glob('tsconfig*.json')):
        text = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda match: match[1] or '', config.read_text(), flags=re.S)
        options = json.loads(re.sub(r',(\s*[}\]])', r'\1', text)).get('compilerOptions', {})
        for pattern, targets in options.get('paths', {}).items():
            base = PurePosixPath(package) / options.get('baseUrl', '.')
            findings += [(pattern, str(base / target)) for target in targets]
    return findings


def page_violations():
    own_names = [
        json.loads(manifest.read_text())['name'] for manifest in ROOT.glob('packages/*/package.json')
    ]
    findings = []
    for package in TYPESCRIPT:
        aliases = aliases_of(package)
        for pattern in SOURCES:
            for path in sorted((ROOT / package).rglob(pattern)):
                if not {'node_modules', 'dist', 'cdk.out'} & set(path.relative_to(ROOT).parts):
                    inside = path.relative_to(ROOT).as_posix()
                    findings += import_violations(package, inside, path.read_text(encoding='utf-8'), own_names, aliases)
    return findings


RUST_COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/', re.S)
RUST_TEXT = re.compile(r'b?r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"', re.S)
RUST_TESTS = re.compile(r'^#\[cfg\(test\)\]\s*mod \w+ \{.*?^\}', re.S | re.M)
RUST_PATH = re.compile(r'\b(crate|super|self)((?:::\w+)*)(::\{)?')


def used_paths(text):
    """Paths into the own crate that a file names, each as a list of its words: the first is `crate`, `super` or `self`."""
    text = RUST_TESTS.sub('', RUST_TEXT.sub('""', RUST_COMMENT.sub('', text)))
    found = []
    for match in RUST_PATH.finditer(text):
        path = [match[1], *match[2].split('::')[1:]]
        found += [path + rest for rest in grouped(text, match.end())] if match[3] else [path]
    return found


def grouped(text, start):
    """The paths of `{a, b::{c, d}}`, from behind its opening brace."""
    paths, word, stack = [], [], []
    for match in re.finditer(r'\w+|::|[{},]|\bas\b', text[start:]):
        token = match[0]
        if token == '{':
            stack.append(word)
            word = list(word)
        elif token in '},':
            if word and (not stack or word != stack[-1]):
                paths.append(word)
            if token == '}' and not stack:
                return paths
            if token == '}':
                word = stack.pop()
                word = list(stack[-1]) if stack else []
            else:
                word = list(stack[-1]) if stack else []
        elif token != '::':
            word = [*word, token]
    return paths


def module_files(root):
    """The modules of a crate by their path below `root`, such as ('read', 'health'), each with its file."""
    files = {}
    for path in sorted(root.rglob('*.rs')):
        parts = path.relative_to(root).with_suffix('').parts
        if parts and parts[0] == 'bin':
            continue
        files[parts[:-1] if parts[-1] in ('lib', 'main', 'mod') else parts] = path
    return files


def file_imports(files, texts):
    """Module -> the modules whose own files it names. Parents are left out: see above."""
    imports = {}
    for module in files:
        imports[module] = set()
        for first, *rest in used_paths(texts[module]):
            base = {'crate': (), 'self': module, 'super': module[:-1]}[first]
            while rest and rest[0] == 'super':
                base, rest = base[:-1], rest[1:]
            target = base
            for word in rest:
                if (*target, word) not in files:
                    break
                target = (*target, word)
            if target != module[: len(target)] and module != target[: len(module)]:
                imports[module].add(target)
    return imports


def circles(imports):
    """Modules that reach themselves, as one list of names for each circle (Tarjan's strongly connected components)."""
    order, low, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for target in sorted(imports.get(node, ())):
            if target not in order:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], order[target])
        if low[node] == order[node]:
            group = []
            while not group or group[-1] != node:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted('::'.join(name) for name in group))

    for node in sorted(imports):
        if node not in order:
            visit(node)
    return sorted(found)


def file_violations():
    findings = []
    for manifest in sorted((ROOT / 'packages').rglob('Cargo.toml')):
        if 'target' in manifest.parts or 'node_modules' in manifest.parts:
            continue
        for root in (manifest.parent / 'src', *sorted((manifest.parent / 'tests').glob('*/'))):
            if not root.is_dir():
                continue
            files = module_files(root)
            texts = {module: path.read_text(encoding='utf-8') for module, path in files.items()}
            inside = root.relative_to(ROOT).as_posix()
            for circle in circles(file_imports(files, texts)):
                findings.append(f'{inside}: {", ".join(circle)} import each other in a circle. Move what they share into a file below them')
    return findings


def main():
    command = ['cargo', 'metadata', '--no-deps', '--offline', '--format-version', '1']
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    findings = crate_violations(metadata) + file_violations() + page_violations()
    print('\n'.join(findings) or f'dependency directions: {len(metadata["packages"])} crates, their files and the page import only what they may')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
