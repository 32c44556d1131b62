"""Code, comments, help and documents use the standard term, not a word this project once made up for it.

A word is refused wherever it stands, also as a part of a name (`toldAfter`, `FLEET_DOOR`). A type's old name is refused as a
whole identifier, a file's old name in the folder it stood in. Each exception names its files, its words and its reason.
"""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

WORDS = {
    'received, recorded, sent, stated or reported': ('tell', 'telling', 'tellings', 'tells', 'told'),
    'the person or program that acts: client, operator, caller, user': ('anybody', 'nobody', 'somebody', 'whoever', 'whomever'),
    'next to, along with, apart from': ('beside', 'besides'),
    'the scope, or its counters': ('book', 'books'),
    'the counter series': ('ledger', 'ledgers'),
    'the transaction, or the bucket': ('shelf', 'shelves'),
    'route, endpoint, access rule or proxy': ('door', 'doors'),
    'prepared writes': ('lesson', 'lessons'),
    'the outcome of an ingest; prepare': ('learn', 'learned', 'learning', 'learns', 'learnt'),
    'register': ('meet', 'meeting', 'meets'),
    'background work': ('pump', 'pumping', 'pumps'),
    'unknown': ('stranger', 'strangers'),
    'faults': ('weather', 'weathered'),
    'the model': ('witness', 'witnesses'),
    'writers': ('poster', 'posters'),
    'the events of an order, or the timeline': ('stories', 'story'),
    'in plain words': ('plainly',),
    'problem': ('trouble', 'troubles'),
}
NAMES = (
    'Book', 'Colleague', 'Condition', 'Cutter', 'Dice', 'Forgetting', 'InState', 'Learned', 'Ledger', 'Lessons', 'Manner',
    'Mischief', 'Pen', 'Standing', 'Telling', 'Told', 'Trouble', 'WaysOn', 'WeatheredStore', 'World',
)  # fmt: skip
FILES = (
    'packages/backend/crates/application/src/{pump,world}.rs',
    'packages/backend/crates/application/src/read/fleet.rs',
    'packages/backend/crates/http/src/{answer,body,correlation,doors,headers,hosts,shared}.rs',
    'packages/backend/crates/store-dynamodb/src/{books,calls,named,packed,shelf,streams}.rs',
    'packages/backend/crates/store-sqlite/src/{beside,books,condition,connection,housekeeping,kinds}.rs',
    'packages/backend/apps/goody/tests/simulation/{draws,posters,stories,verdict,weather,witness,world}.rs',
    'packages/backend/apps/goody/src/{measures,say}.rs',
    'packages/backend/apps/goody/tests/acceptance/{doors,figures,hang_ups}.rs',
    'packages/backend/apps/lambdas/src/{figures,host}.rs',
    'packages/backend/bench/src/soak/verdict.rs',
    'packages/shared/crates/domain/src/kinds.rs',
    'packages/infrastructure/src/{built,rights,stage,watch}.ts',
    'packages/infrastructure/test/{doors,enough}.test.ts',
    'packages/frontend/src/api/{keep,once}.ts',
    'packages/frontend/src/**/{WaysOn,drawing,plainly,story}.ts*',
    'tools/checks/{arrows,totals,words}.py',
)

# Not read: what a program or a third party wrote.
GENERATED = (
    '*.lock', '*.tar.*', '*/fixtures/*', '*/snapshots/*', '*requirements.txt', '*.webp', '*.woff2', '*.png', '*.ico',
    'docs/LICENCES.md', 'package-lock.json',
)  # fmt: skip
EXCEPTIONS = (
    ('tools/checks/*plain_words.py', None, 'the list itself, and its test'),
    ('packages/infrastructure/test/*.test.ts', ('Condition',), 'the key of an AWS policy'),
    ('packages/backend/crates/formats/src/webhooks/easypost.rs', ('weather',), 'a word of EasyPost'),
    ('packages/backend/crates/store-sqlite/*.rs', ('book', 'books'), 'columns and tables of released scripts'),
    ('packages/backend/crates/store-sqlite/src/schema/*.sql', None, 'released scripts never change, their comments included'),
)

WORD = re.compile(r'[A-Z]?[a-z]+|[A-Z]+(?![a-z])')
IDENTIFIER = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
ADVICE = {word: advice for advice, words in WORDS.items() for word in words}


def alternatives(pattern):
    """`a/{b,c}.rs` as `a/b.rs` and `a/c.rs`."""
    braces = re.search(r'\{([^{}]*)\}', pattern)
    if not braces:
        return [pattern]
    return [way for name in braces[1].split(',') for way in alternatives(pattern[: braces.start()] + name + pattern[braces.end() :])]


REFUSED_FILES = [pattern for name in FILES for pattern in alternatives(name)]


def excused(path, word, exceptions=EXCEPTIONS):
    return any(fnmatch(path, files) and (words is None or word in words) for files, words, _ in exceptions)


def problems(path, text, exceptions=EXCEPTIONS):
    findings = []
    if any(fnmatch(path, pattern) for pattern in REFUSED_FILES):
        findings.append(f'{path}: is an old name of this file. docs/GLOSSARY.md has the words')
    for number, line in enumerate(text.splitlines(), 1):
        words = {word.lower() for word in WORD.findall(line)} & ADVICE.keys()
        findings += [f'{path}:{number}: "{word}": write {ADVICE[word]}' for word in sorted(words) if not excused(path, word, exceptions)]
        names = set(IDENTIFIER.findall(line)) & set(NAMES)
        findings += [f'{path}:{number}: `{name}` is an old name of a type' for name in sorted(names) if not excused(path, name, exceptions)]
    return findings


def unused(read, exceptions=EXCEPTIONS):
    """The exceptions that excuse nothing in `read`, pairs of a path and its text."""
    used = set()
    for path, text in read:
        found = {word.lower() for word in WORD.findall(text)} & ADVICE.keys() | set(IDENTIFIER.findall(text)) & set(NAMES)
        for exception in exceptions:
            files, words, _ = exception
            if fnmatch(path, files) and (found if words is None else found & set(words)):
                used.add(exception)
    return [f'{files}: the exception for {words or "every word"} excuses nothing. Remove it' for files, words, _ in exceptions
            if (files, words, _) not in used]  # fmt: skip


def main(folders):
    command = ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard', *folders]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split('\0')
    files = [name for name in sorted(set(listed)) if name and (ROOT / name).is_file()]
    files = [name for name in files if not any(fnmatch(name, pattern) for pattern in GENERATED)]
    read = [(name, (ROOT / name).read_text(encoding='utf-8', errors='replace')) for name in files]
    findings = [line for name, text in read for line in problems(name, text)] + ([] if folders else unused(read))
    print('\n'.join(findings) or f'plain words: {len(files)} files, no word of the list')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
