// Reads what another build or a faulty server sends as far as it can be read: an optional field that cannot be read is left out, and
// so is an item of a list. One odd value must not cost a client everything around it. Must not know what is read.

import * as v from "valibot";

/** Stands for a value that cannot be read. */
const unreadable = Symbol("unreadable");

type Schema = v.GenericSchema & { entries?: Record<string, Schema>; item?: Schema; wrapped?: Schema };

/** What to take in place of a value that fits its schema in no way; `undefined` if there is nothing. */
export type Replace = (schema: v.GenericSchema, value: unknown) => unknown;

/** The value as far as it fits the schema; `undefined` if it does not. */
export function readLeniently<T>(schema: v.GenericSchema<unknown, T>, value: unknown, replace?: Replace): T | undefined {
	const read = readAs(schema as Schema, value, replace);
	return read === unreadable ? undefined : (read as T);
}

function readAs(schema: Schema, value: unknown, replace: Replace | undefined): unknown {
	const parsed = v.safeParse(schema, value);
	if (parsed.success) return parsed.output;
	if (schema.wrapped) return readAs(schema.wrapped, value, replace);
	const healed = partsOf(schema, value, replace);
	const again = healed === undefined ? parsed : v.safeParse(schema, healed);
	if (again.success) return again.output;
	return replace?.(schema, value) ?? unreadable;
}

/** The parts of the value that can be read. */
function partsOf({ entries, item }: Schema, value: unknown, replace: Replace | undefined): unknown {
	if (item && Array.isArray(value)) return value.map((one) => readAs(item, one, replace)).filter((one) => one !== unreadable);
	if (!entries || typeof value !== "object" || value === null) return undefined;
	const fields = Object.entries(value).map(([name, field]) => {
		const schema = Object.hasOwn(entries, name) ? entries[name] : undefined;
		return [name, schema ? readAs(schema, field, replace) : field];
	});
	return Object.fromEntries(fields.filter(([, field]) => field !== unreadable));
}
