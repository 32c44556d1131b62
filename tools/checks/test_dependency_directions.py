import unittest

import dependency_directions

FOLDERS = {
    'goody-domain': 'packages/shared/crates/domain',
    'goody-contract': 'packages/shared/crates/contract',
    'goody-application': 'packages/backend/crates/application',
    'goody-store-sqlite': 'packages/backend/crates/store-sqlite',
    'goody-store-dynamodb': 'packages/backend/crates/store-dynamodb',
    'goody-http': 'packages/backend/crates/http',
    'goody-testkit': 'packages/backend/crates/testkit',
    'goody': 'packages/backend/apps/goody',
    'goody-bench': 'packages/backend/bench',
}


def metadata(crate, *dependencies, kind=None, folders=FOLDERS):
    return {
        'workspace_root': '/anywhere',
        'packages': [
            {
                'name': name,
                'manifest_path': f'/anywhere/{folder}/Cargo.toml',
                'dependencies': [{'name': other, 'kind': kind} for other in dependencies] if name == crate else [],
            }
            for name, folder in folders.items()
        ],
    }


class Crates(unittest.TestCase):
    def allowed(self, crate, *dependencies, kind=None):
        self.assertEqual(dependency_directions.crate_violations(metadata(crate, *dependencies, kind=kind)), [])

    def refused(self, crate, dependency, kind=None):
        findings = dependency_directions.crate_violations(metadata(crate, dependency, kind=kind))
        self.assertEqual(len(findings), 1, f'{crate} -> {dependency}: {findings}')
        self.assertTrue(findings[0].startswith(f'{crate} -> {dependency}: '), findings[0])

    def test_the_directions_of_the_design_are_allowed(self):
        self.allowed('goody-contract', 'goody-domain', 'utoipa')
        self.allowed('goody-application', 'goody-domain', 'tokio')
        self.allowed('goody-store-sqlite', 'goody-application', 'goody-domain', 'rusqlite')
        self.allowed('goody-http', 'goody-application', 'goody-contract', 'goody-domain')
        self.allowed('goody-testkit', 'goody-application', 'goody-domain', 'goody-http')
        for top in ('goody', 'goody-bench'):
            self.allowed(top, 'goody-http', 'goody-store-sqlite', 'goody-application', 'goody-contract', 'goody-domain')

    def test_every_other_direction_is_refused(self):
        self.refused('goody-domain', 'goody-contract')
        self.refused('goody-contract', 'goody-application')
        self.refused('goody-application', 'goody-store-sqlite')
        self.refused('goody-application', 'goody-contract')
        self.refused('goody-store-sqlite', 'goody-store-dynamodb')
        self.refused('goody-store-sqlite', 'goody-http')
        self.refused('goody-http', 'goody-store-sqlite')
        self.refused('goody-testkit', 'goody-store-sqlite')
        self.refused('goody-bench', 'goody')

    def test_tests_may_not_reverse_a_direction_either(self):
        self.refused('goody-store-sqlite', 'goody-http', kind='dev')
        self.refused('goody-http', 'goody-store-sqlite', kind='dev')

    def test_the_testkit_is_for_tests_and_benchmarks(self):
        self.allowed('goody-bench', 'goody-testkit')
        for crate in ('goody-http', 'goody-store-sqlite', 'goody', 'goody-application'):
            self.allowed(crate, 'goody-testkit', kind='dev')
            self.refused(crate, 'goody-testkit')
        self.refused('goody-domain', 'goody-testkit', kind='dev')

    def test_domain_must_not_use_io_async_or_a_clock(self):
        for crate in ('rusqlite', 'axum', 'tokio', 'tokio-util', 'async-trait', 'futures', 'chrono', 'aws-sdk-dynamodb'):
            self.refused('goody-domain', crate)
            self.refused('goody-domain', crate, kind='build')
        self.allowed('goody-domain', 'jiff', 'serde', 'serde_json', 'thiserror')
        self.allowed('goody-domain', 'proptest', kind='dev')

    def test_a_crate_without_a_layer_is_reported(self):
        findings = dependency_directions.crate_violations(metadata('', folders={'goody-extras': 'packages/backend/crates/extras'}))
        self.assertIn('goody-extras: has no known layer', findings[0])


class Imports(unittest.TestCase):
    NAMES = ('@goody/shared', '@goody/frontend')

    def findings(self, line, path='packages/frontend/src/api/client.ts', aliases=()):
        return dependency_directions.import_violations('packages/frontend', path, line, self.NAMES, aliases)

    def test_allowed_imports_of_the_page(self):
        for line in (
            "import { format } from '../format/dates';",
            "import type { paths } from '../../../../dist/packages/shared/api';",
            "import { useState } from 'react';",
            "import { defineConfig } from 'vite';",
            "import styles from './Badge.module.css';",
            "const page = await import('./page');",
        ):
            self.assertEqual(self.findings(line), [], line)

    def test_refused_imports_of_the_page(self):
        for line in (
            "import demo from '../../../shared/fixtures/demo.json';",
            "import type { Order } from '@goody/shared';",
            "export * from '../../../backend/bench/figures.json';",
            "const demo = await import('../../../shared/openapi.json');",
            "import '../../../../dist/packages/backend/style.css';",
            "import raw from '../../../shared/fixtures/events/demo-v1.ndjson?raw';",
            "@import '../../../shared/tokens.css';",
        ):
            self.assertEqual(len(self.findings(line)), 1, line)

    def test_an_alias_is_resolved(self):
        line = "import type { paths } from '#contract/api';"
        self.assertEqual(self.findings(line, aliases=[('#contract/*', 'packages/frontend/../../dist/packages/shared/*')]), [])
        self.assertEqual(len(self.findings(line, aliases=[('#contract/*', 'packages/frontend/../shared/*')])), 1)


class CyclesOfFiles(unittest.TestCase):
    def cycles(self, **texts):
        files = {tuple(name.split('__')): None for name in texts}
        texts = {tuple(name.split('__')): text for name, text in texts.items()}
        return dependency_directions.cycles(dependency_directions.file_imports(files, texts))

    def test_two_files_that_import_each_other_are_a_cycle(self):
        self.assertEqual(self.cycles(serve='use crate::simulate;', simulate='crate::serve::stop()'), [['serve', 'simulate']])

    def test_a_cycle_may_be_longer_and_hidden_in_a_group(self):
        found = self.cycles(a='use crate::{b::{B, C as D}, x};', b='use super::c::{self, E};', c='let a = crate::a::A {};', x='')
        self.assertEqual(found, [['a', 'b', 'c']])

    def test_one_direction_is_none(self):
        self.assertEqual(self.cycles(a='use crate::{b, c::C};', b='use crate::c::C;', c=''), [])

    def test_a_child_may_use_its_parent(self):
        self.assertEqual(self.cycles(read='mod health; use self::health::Health;', read__health='use super::Reader;'), [])

    def test_the_child_of_a_module_counts_as_a_file_of_its_own(self):
        found = self.cycles(a='use crate::b::c::C;', b='', b__c='use crate::a::A;')
        self.assertEqual(found, [['a', 'b::c']])

    def test_comments_texts_and_unit_tests_import_nothing(self):
        text = 'const A: &str = "crate::b"; // crate::b\n/* crate::b */\n#[cfg(test)]\nmod tests {\n    use crate::b::B;\n}\n'
        self.assertEqual(self.cycles(a=text, b='use crate::a::A;'), [])


if __name__ == '__main__':
    unittest.main()
