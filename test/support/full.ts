// Storage without any room left. The runtime forbids `PRAGMA max_page_count`, so that the platform's storage refuses here what a full one
// refuses: every statement that adds something.

/** `after` so many further rows. `refuses`: the statements that need room. Returns what makes room again. */
export function fillUp(sql: SqlStorage, { after = 0, refuses = /^\s*(insert|update|create)/i } = {}): () => void {
	let left = after;
	const { exec } = sql;
	const refusing = (query: string, ...values: unknown[]) => {
		if (refuses.test(query) && left-- <= 0) throw new Error("database or disk is full: SQLITE_FULL, broken on purpose");
		return (exec as (...args: unknown[]) => unknown).call(sql, query, ...values);
	};
	Object.defineProperty(sql, "exec", { value: refusing, configurable: true });
	return () => void Reflect.deleteProperty(sql, "exec");
}
