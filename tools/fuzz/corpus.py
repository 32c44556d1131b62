"""Packs and unpacks the fuzz corpora: one archive per fuzz target in packages/backend/fuzz/corpus, unpacked into target/fuzz/kept.

`corpus.py unpack` writes the files of each archive that has changed since it was last unpacked. `corpus.py pack`
writes the archives from those folders; the same files always give the same bytes. `corpus.py pack --check` writes
nothing, and fails if packing would change an archive. Names of targets after the command limit it to these targets.
"""

import gzip
import hashlib
import io
import shutil
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARCHIVES = ROOT / 'packages/backend/fuzz/corpus'
UNPACKED = ROOT / 'target/fuzz/kept'


def packed(folder):
    """The bytes of an archive of the files in `folder`: sorted by name, without times and owners."""
    tar_bytes = io.BytesIO()
    with tarfile.open(fileobj=tar_bytes, mode='w', format=tarfile.USTAR_FORMAT) as archive:
        for file in sorted(folder.iterdir(), key=lambda path: path.name):
            if not file.is_file() or file.is_symlink():
                raise ValueError(f'{file} is not a plain file')
            data = file.read_bytes()
            entry = tarfile.TarInfo(file.name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(tar_bytes.getvalue(), compresslevel=9, mtime=0)


def files_of(data):
    """The files of an archive as a dictionary of name and bytes. Refuses every name that is not a plain file name."""
    files = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode='r:gz') as archive:
        for entry in archive:
            name = entry.name
            if not entry.isreg() or name in ('', '.', '..') or '/' in name or '\\' in name or name in files:
                raise ValueError(f'refused archive entry {name!r}')
            files[name] = archive.extractfile(entry).read()
    return files


def same_files(old, new):
    """Whether two archives contain the same files. Versions of zlib may compress them differently."""
    return gzip.decompress(old) == gzip.decompress(new)


def unpack(archive, folder):
    """Writes the files of an archive into `folder`, unless the folder is up to date. Returns whether it wrote them."""
    data = archive.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    stamp = folder.with_name(f'{folder.name}.sha256')
    if folder.is_dir() and stamp.is_file() and stamp.read_text() == digest:
        return False
    files = files_of(data)
    stamp.unlink(missing_ok=True)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    stamp.write_text(digest)
    return True


def pack(folder, archive, check=False):
    """Writes the archive of `folder` if their files differ, and returns whether they do. With `check` it writes nothing."""
    data = packed(folder)
    if archive.is_file() and same_files(archive.read_bytes(), data):
        return False
    if not check:
        archive.parent.mkdir(parents=True, exist_ok=True)
        archive.write_bytes(data)
        folder.with_name(f'{folder.name}.sha256').write_text(hashlib.sha256(data).hexdigest())
    return True


def main(arguments):
    check = '--check' in arguments
    command, *targets = [argument for argument in arguments if argument != '--check'] or ['']
    if command not in ('pack', 'unpack') or (check and command == 'unpack'):
        sys.exit(__doc__)
    targets = targets or sorted(path.name.removesuffix('.tar.gz') for path in ARCHIVES.glob('*.tar.gz'))
    changed = []
    for target in targets:
        archive, folder = ARCHIVES / f'{target}.tar.gz', UNPACKED / target
        if unpack(archive, folder) if command == 'unpack' else pack(folder, archive, check):
            changed.append(target)
    if check and changed:
        sys.exit(f'packing would change the corpus of {", ".join(changed)}: run tools/fuzz/corpus.py pack')


if __name__ == '__main__':
    main(sys.argv[1:])
