// The counts that the counting test passes to rows.ts in the `meta` of its tests.

export type Rows = { written: number; read: number };

/** Rows of the conversation's object and of its members' objects together; `calls` is the number of deliveries to those. */
export type RowsOf = { conversation: Rows; members: Rows; calls: number };

declare module "vitest" {
	interface TaskMeta {
		rows?: RowsOf;
	}
}
