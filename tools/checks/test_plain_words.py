import unittest

import plain_words

OTHER_FILES = (('other.md', None, 'a reason'),)


class PlainWords(unittest.TestCase):
    def findings(self, text, path='notes.md', exceptions=()):
        return plain_words.problems(path, text, exceptions)

    def test_a_refused_word_is_reported_with_its_line_and_advice(self):
        self.assertEqual(
            self.findings('fine\nThe server was told.\n'), ['notes.md:2: "told": write received, recorded, sent, stated or reported']
        )

    def test_a_refused_word_is_found_as_a_part_of_a_name(self):
        for name, word in (
            ('toldAfter', 'told'), ('eventsTold', 'told'), ('told_after', 'told'), ('FLEET_DOOR', 'door'), ('DOORS', 'doors'),
            ('OrderStory', 'story'), ('HTTPDoor', 'door'), ("'ledger-of-orders'", 'ledger'), ('told2', 'told'),
        ):
            findings = self.findings(name)
            self.assertEqual(len(findings), 1, name)
            self.assertTrue(findings[0].startswith(f'notes.md:1: "{word}": write '), findings[0])

    def test_a_longer_word_that_contains_a_refused_one_is_accepted(self):
        for text in ('indoors', 'history', 'retelling', 'bookmark', 'meetings', 'eyewitness', 'untold'):
            self.assertEqual(self.findings(text), [], text)

    def test_a_word_is_reported_once_per_line(self):
        self.assertEqual(len(self.findings('told, toldAfter and told\ntold')), 2)

    def test_an_old_name_of_a_type_is_reported_only_as_a_whole_identifier(self):
        self.assertEqual(self.findings('let world: World = World::new();'), ['notes.md:1: `World` is an old name of a type'])
        for text in ('world', 'WorldMap', 'HelloWorld', 'WORLD', 'my_World', 'Conditions', 'ConditionCheck', 'Pencil', 'OpenPen'):
            self.assertEqual(self.findings(text), [], text)

    def test_an_old_name_of_a_file_is_reported(self):
        for path in (
            'packages/backend/crates/application/src/pump.rs',
            'packages/backend/crates/store-sqlite/src/kinds.rs',
            'packages/infrastructure/src/stage.ts',
            'packages/frontend/src/pages/order/story.tsx',
        ):
            findings = self.findings('', path)
            self.assertEqual(len(findings), 1, path)
            self.assertTrue(findings[0].startswith(f'{path}: is an old name of this file'), findings[0])

    def test_the_same_file_name_in_another_folder_is_accepted(self):
        for path in ('packages/backend/crates/http/src/kinds.rs', 'packages/infrastructure/test/stage.ts', 'stage.ts'):
            self.assertEqual(self.findings('', path), [], path)

    def test_an_exception_excuses_only_its_files(self):
        self.assertEqual(self.findings('told by World', 'other.md', OTHER_FILES), [])
        self.assertEqual(len(self.findings('told by World', 'notes.md', OTHER_FILES)), 2)

    def test_an_exception_excuses_only_its_words(self):
        exceptions = (('*.md', ('told', 'World'), 'a reason'),)
        self.assertEqual(self.findings('told by World', exceptions=exceptions), [])
        self.assertEqual(len(self.findings('a door, a Pen', exceptions=exceptions)), 2)

    def test_an_exception_that_excuses_nothing_is_reported(self):
        for exceptions in (OTHER_FILES, (('notes.md', ('door',), 'a reason'),), (('notes.md', ('World',), 'a reason'),)):
            findings = plain_words.unused([('notes.md', 'told'), ('other.md', 'fine')], exceptions)
            self.assertEqual(len(findings), 1, exceptions)
            self.assertTrue(findings[0].startswith(f'{exceptions[0][0]}: '), findings[0])
            self.assertIn('excuses nothing', findings[0])

    def test_an_exception_that_excuses_a_word_or_a_name_is_in_use(self):
        for words in (None, ('told', 'door'), ('World',)):
            self.assertEqual(plain_words.unused([('notes.md', 'told by World')], (('notes.md', words, 'a reason'),)), [], words)


if __name__ == '__main__':
    unittest.main()
