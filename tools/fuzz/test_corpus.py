import io
import tarfile
import tempfile
import unittest
from pathlib import Path

import corpus


class Corpus(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.folder, self.archive = self.root / 'events', self.root / 'events.tar.gz'
        self.folder.mkdir()
        (self.folder / 'b').write_bytes(b'\x00\xff\r\n')
        (self.folder / 'a').write_bytes(b'')

    def test_the_same_files_give_the_same_bytes(self):
        other = self.root / 'other'
        other.mkdir()
        for name in ('a', 'b'):
            (other / name).write_bytes((self.folder / name).read_bytes())
        self.assertEqual(corpus.packed(self.folder), corpus.packed(other))

    def test_unpacking_restores_the_packed_files(self):
        corpus.pack(self.folder, self.archive)
        self.assertTrue(corpus.unpack(self.archive, self.root / 'out'))
        self.assertEqual({file.name: file.read_bytes() for file in (self.root / 'out').iterdir()}, {'a': b'', 'b': b'\x00\xff\r\n'})

    def test_an_unchanged_archive_is_not_unpacked_again(self):
        corpus.pack(self.folder, self.archive)
        self.assertFalse(corpus.unpack(self.archive, self.folder))

    def test_a_changed_archive_replaces_the_files(self):
        corpus.pack(self.folder, self.archive)
        corpus.unpack(self.archive, self.root / 'out')
        (self.folder / 'a').unlink()
        corpus.pack(self.folder, self.archive)
        self.assertTrue(corpus.unpack(self.archive, self.root / 'out'))
        self.assertEqual([file.name for file in (self.root / 'out').iterdir()], ['b'])

    def test_check_reports_a_change_and_writes_nothing(self):
        corpus.pack(self.folder, self.archive)
        before = self.archive.read_bytes()
        self.assertFalse(corpus.pack(self.folder, self.archive, check=True))
        (self.folder / 'c').write_bytes(b'new')
        self.assertTrue(corpus.pack(self.folder, self.archive, check=True))
        self.assertEqual(self.archive.read_bytes(), before)

    def test_a_name_outside_the_folder_is_refused(self):
        for name in ('../a', '/a', 'x/a', '..'):
            with tarfile.open(self.archive, 'w:gz') as archive:
                archive.addfile(tarfile.TarInfo(name), io.BytesIO())
            with self.assertRaises(ValueError, msg=name):
                corpus.unpack(self.archive, self.root / 'out')
            self.assertFalse((self.root / 'out').exists())

    def test_a_link_is_refused(self):
        entry = tarfile.TarInfo('a')
        entry.type, entry.linkname = tarfile.SYMTYPE, '/etc/passwd'
        with tarfile.open(self.archive, 'w:gz') as archive:
            archive.addfile(entry)
        with self.assertRaises(ValueError):
            corpus.unpack(self.archive, self.root / 'out')
