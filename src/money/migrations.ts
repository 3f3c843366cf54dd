// A purse's tables, as an append-only list: entry n takes a database from version n to n + 1.
// Never edit an entry that was released. After a deploy old and new code run side by side for minutes: only add.

import type { Migration } from "../platform/migrate.ts";
import { purseTables } from "./account.ts";
import { forgottenTable } from "./forgotten.ts";
import { openColumn } from "./purse.ts";
import { rulesTable } from "./rules.ts";
import { speechTable } from "./speech.ts";
import { transcribedTable, uploadedTable, writtenTable } from "./written.ts";

export const migrations: readonly Migration[] = [
	purseTables,
	writtenTable,
	openColumn,
	uploadedTable,
	rulesTable,
	transcribedTable,
	speechTable,
	forgottenTable,
];
