// What the counting test tells to rows.ts, in the `meta` of its tests.

export type Rows = { written: number; read: number };

/** Of the conversation's own object, and of its members' objects together; `calls`: how often one of these was told something. */
export type RowsOf = { conversation: Rows; members: Rows; calls: number };

declare module "vitest" {
	interface TaskMeta {
		rows?: RowsOf;
	}
}
