"""Copies each function that Cargo built to dist/packages/backend/lambda/<function>/: as `bootstrap`, and as a zip file.

Equal programs give equal zip files, without a time or a user in them. So an unchanged function is not deployed again.
"""

import shutil
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = ROOT / 'packages/backend/apps/lambdas/src/bin'
DIST = ROOT / 'dist/packages/backend/lambda'
# The earliest time that a zip file can contain.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def zip_alone(program, archive):
    """Writes a zip file with this program in it, as an executable file."""
    entry = zipfile.ZipInfo(program.name, LONG_AGO)
    entry.create_system = 3  # Unix, on every machine: it defines the meaning of the next line.
    entry.external_attr = 0o755 << 16
    with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        zipped.writestr(entry, program.read_bytes(), compress_type=zipfile.ZIP_DEFLATED, compresslevel=9)


def main(built):
    shutil.rmtree(DIST, ignore_errors=True)
    for source in sorted(FUNCTIONS.glob('*.rs')):
        folder = DIST / source.stem
        folder.mkdir(parents=True)
        program = folder / 'bootstrap'
        shutil.copy2(built / source.stem, program)
        zip_alone(program, folder / 'bootstrap.zip')
        print(f'{(folder / "bootstrap.zip").relative_to(ROOT)}')
    return 0


if __name__ == '__main__':
    sys.exit(main(Path(sys.argv[1])))
