"""Checks which package may import which, and that the files of a crate import each other without a cycle.

It reads `cargo metadata` for the crates, the import statements of TypeScript, and the paths in Rust files. `docs/ARCHITECTURE.md` has
the reasons; this file has the list. A new crate needs a line in it before another crate may import it. Imports of a parent module
are not checked: a module declares its children, and they use what it offers.
"""

import json
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

# The layer of each crate, by the folder of its manifest and not by its name.
LAYERS = {
    'packages/shared/crates/domain': 'domain',
    'packages/shared/crates/contract': 'contract',
    'packages/backend/crates/application': 'application',
    'packages/backend/crates/store-*': 'store',
    'packages/backend/crates/formats': 'formats',
    'packages/backend/crates/http': 'http',
    'packages/backend/crates/testkit': 'testkit',
    'packages/backend/apps/*': 'apps',
    'packages/backend/bench': 'bench',
    'packages/backend/fuzz-harness': 'fuzz',
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

# Crates that would let the domain do IO, wait, or read a clock. Dev-dependencies are exempt.
NOT_IN_DOMAIN = {
    'IO': ['rusqlite', 'libsqlite3-sys', 'sqlx', 'axum', 'axum-*', 'hyper', 'hyper-*', 'tower', 'tower-*', 'http-body*',
           'reqwest', 'ureq', 'aws-*', 'lambda_*', 'mio', 'socket2', 'getrandom', 'tempfile', 'tracing-subscriber'],
    'async': ['tokio', 'tokio-*', 'async-*', 'async_*', 'futures', 'futures-*', 'smol'],
    'clock': ['chrono', 'time', 'quanta', 'coarsetime', 'instant', 'web-time'],
}

# From outside themselves, these packages may read only the folder BUILT_TYPES.
TYPESCRIPT = ('packages/frontend', 'packages/infrastructure')
BUILT_TYPES = PurePosixPath('dist/packages/shared')
IMPORT = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|\bvi\.mock\s*\(\s*|@import\s+(?:url\()?\s*)(['"])([^'"\n]+)\1"""
)
SOURCES = ('*.ts', '*.tsx', '*.mts', '*.cts', '*.js', '*.jsx', '*.mjs', '*.css')


def layer(manifest):
    """The layer of the crate with the manifest at this path inside the repository, or None."""
    folder = str(PurePosixPath(manifest).parent)
    return next((name for pattern, name in LAYERS.items() if fnmatch(folder, pattern)), None)


def crate_violations(metadata):
    """`metadata` is what `cargo metadata --no-deps` prints."""
    top = PurePosixPath(metadata['workspace_root'])
    layers = {package['name']: layer(PurePosixPath(package['manifest_path']).relative_to(top)) for package in metadata['packages']}
    findings = []
    for package in metadata['packages']:
        name, own_layer = package['name'], layers[package['name']]
        if own_layer is None:
            findings.append(f'{name}: has no known layer. Add its folder to LAYERS and its allowed imports to MAY_IMPORT in tools/checks/dependency_directions.py')
            continue
        for dependency in package['dependencies']:
            findings += dependency_violations(name, own_layer, dependency, layers)
    return findings


def dependency_violations(name, own_layer, dependency, layers):
    other, for_tests = dependency['name'], dependency['kind'] == 'dev'
    if other not in layers:
        reason = next((kind for kind, crates in NOT_IN_DOMAIN.items() if any(fnmatch(other, crate) for crate in crates)), None)
        if own_layer == 'domain' and reason and not for_tests:
            return [f'{name} -> {other}: domain must not use {reason}. Take a value as an argument, and move the {reason} to a crate that imports domain']
        return []
    other_layer = layers[other]
    if other_layer == 'testkit':
        if own_layer in ('bench', 'fuzz') or (for_tests and own_layer != 'domain'):
            return []
        advice = 'domain imports no crate of this workspace, not even for tests' if own_layer == 'domain' else 'move it to [dev-dependencies]'
        return [f'{name} -> {other}: {advice}']
    if other_layer in MAY_IMPORT[own_layer]:
        return []
    allowed = ', '.join(sorted(MAY_IMPORT[own_layer])) or 'no crate of this workspace'
    return [f'{name} -> {other}: {own_layer} may import {allowed}. Move the code, or define a port in {own_layer} that {other_layer or "it"} implements']


def import_violations(package, path, text, own_names, aliases=()):
    """The imports of one source file that leave `package`. Paths are relative to the repository."""
    findings = []
    for _, specifier in IMPORT.findall(text):
        target = resolve_alias(specifier.partition('?')[0], aliases)
        if target is None and not specifier.startswith('.'):
            if any(specifier == name or specifier.startswith(f'{name}/') for name in own_names) or '/packages/' in specifier:
                findings.append(f'{path}: imports {specifier}. Import what that package builds into {BUILT_TYPES}/ instead')
            continue
        target = target or normalize(PurePosixPath(path).parent / specifier.partition('?')[0])
        if not any(within(target, top) for top in (PurePosixPath(package), BUILT_TYPES)):
            findings.append(f'{path}: imports {specifier}, which leaves {package}. Outside of its folder, a package may import only from {BUILT_TYPES}/')
    return findings


def resolve_alias(specifier, aliases):
    """The path that a tsconfig alias means, or None. `aliases` is a list of (pattern, target path)."""
    for pattern, target in aliases:
        head, star, _ = pattern.partition('*')
        if specifier == pattern or (star and specifier.startswith(head)):
            return normalize(PurePosixPath(target.replace('*', specifier[len(head):]) if star else target))
    return None


def normalize(path):
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
    """`compilerOptions.paths` of every tsconfig of a package, as paths relative to the repository."""
    findings = []
    for config in sorted((ROOT / package).glob('tsconfig*.json')):
        text = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda match: match[1] or '', config.read_text(), flags=re.S)
        options = json.loads(re.sub(r',(\s*[}\]])', r'\1', text)).get('compilerOptions', {})
        for pattern, targets in options.get('paths', {}).items():
            base = PurePosixPath(package) / options.get('baseUrl', '.')
            findings += [(pattern, str(base / target)) for target in targets]
    return findings


def typescript_violations():
    own_names = [
        json.loads(manifest.read_text())['name'] for manifest in ROOT.glob('packages/*/package.json')
    ]
    findings = []
    for package in TYPESCRIPT:
        aliases = aliases_of(package)
        for pattern in SOURCES:
            for path in sorted((ROOT / package).rglob(pattern)):
                if not {'node_modules', 'dist', 'cdk.out'} & set(path.relative_to(ROOT).parts):
                    name = path.relative_to(ROOT).as_posix()
                    findings += import_violations(package, name, path.read_text(encoding='utf-8'), own_names, aliases)
    return findings


RUST_COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/', re.S)
RUST_TEXT = re.compile(r'b?r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"', re.S)
RUST_TESTS = re.compile(r'^#\[cfg\(test\)\]\s*mod \w+ \{.*?^\}', re.S | re.M)
RUST_PATH = re.compile(r'\b(crate|super|self)((?:::\w+)*)(::\{)?')


def used_paths(text):
    """The paths into its own crate in the text of a file, each as a list of segments. The first is `crate`, `super` or `self`."""
    text = RUST_TESTS.sub('', RUST_TEXT.sub('""', RUST_COMMENT.sub('', text)))
    paths = []
    for match in RUST_PATH.finditer(text):
        path = [match[1], *match[2].split('::')[1:]]
        paths += [path + rest for rest in group_paths(text, match.end())] if match[3] else [path]
    return paths


def group_paths(text, start):
    """The paths in a group such as `{a, b::{c, d}}`. `start` is the position after its opening brace."""
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
    """The file of each module of a crate, by its path below `root`, such as ('read', 'health')."""
    files = {}
    for path in sorted(root.rglob('*.rs')):
        parts = path.relative_to(root).with_suffix('').parts
        if parts and parts[0] == 'bin':
            continue
        files[parts[:-1] if parts[-1] in ('lib', 'main', 'mod') else parts] = path
    return files


def file_imports(files, texts):
    """The modules that each module imports, by module. Parents and children of a module are omitted."""
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


def cycles(imports):
    """The cycles of modules, each as a list of their names (Tarjan's strongly connected components)."""
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
            name = root.relative_to(ROOT).as_posix()
            for cycle in cycles(file_imports(files, texts)):
                findings.append(f'{name}: {", ".join(cycle)} import each other in a cycle. Move their shared code to a file that all of them import')
    return findings


def main():
    command = ['cargo', 'metadata', '--no-deps', '--offline', '--format-version', '1']
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    findings = crate_violations(metadata) + file_violations() + typescript_violations()
    print('\n'.join(findings) or f'dependency directions: {len(metadata["packages"])} crates, their files and {len(TYPESCRIPT)} TypeScript packages '
          'have only allowed imports')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
