// What the counting test tells to rows.ts, in the `meta` of its tests.

export type Rows = { written: number; read: number };

/** Of the conversation's own object, and of its members' objects together. */
export type RowsOf = { conversation: Rows; members: Rows };

declare module "vitest" {
	interface TaskMeta {
		rows?: RowsOf;
	}
}
