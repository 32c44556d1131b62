"""Who may import whom. Rust: from Cargo's own account of the manifests. TypeScript: from the import lines.

`docs/ARCHITECTURE.md` says why; this file is the list. A new crate needs a line here before it may be imported.
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
    'packages/backend/crates/http': 'http',
    'packages/backend/crates/testkit': 'testkit',
    'packages/backend/apps/*': 'apps',
    'packages/backend/bench': 'bench',
    'packages/backend/laws': 'fuzz',
}
BELOW_APPS = {'domain', 'contract', 'application', 'store', 'http'}
MAY_IMPORT = {
    'domain': set(),
    'contract': {'domain'},
    'application': {'domain'},
    'store': {'application', 'domain'},
    'http': {'application', 'contract', 'domain'},
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


def main():
    command = ['cargo', 'metadata', '--no-deps', '--offline', '--format-version', '1']
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    findings = crate_violations(metadata) + page_violations()
    print('\n'.join(findings) or f'dependency directions: {len(metadata["packages"])} crates and the page import only what they may')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
