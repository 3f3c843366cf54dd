// The limits that administrators have set for a purse, or for all purses of a kind: every SQL statement on them. They hold besides those of
// the settings. All calls are synchronous. Times in ms.

import type { Limit } from "./purse-calls.ts";

/** For the migrations of its object. It is released: never edit it. */
export const rulesTable = `
	CREATE TABLE rules (
		scope TEXT PRIMARY KEY,
		-- JSON.
		limits TEXT NOT NULL,
		-- NULL for a rule without an end.
		until INTEGER
	) STRICT, WITHOUT ROWID;
`;

/** `own`: of this purse. The deployment's purse also keeps those of all people and all guests. */
export const ruleScopes = ["own", "people", "guests"] as const;
export type RuleScope = (typeof ruleScopes)[number];

/** `until`: when it ends; never if it is missing. */
export type Rule = { limits: readonly Limit[]; until?: number | undefined };

export class Rules {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Without a `rule`, there is none any more. */
	set(scope: RuleScope, rule: Rule | undefined): void {
		if (!rule) this.#sql.exec("DELETE FROM rules WHERE scope = ?", scope);
		else
			this.#sql.exec(
				"INSERT OR REPLACE INTO rules (scope, limits, until) VALUES (?, ?, ?)",
				scope,
				JSON.stringify(rule.limits),
				rule.until ?? null,
			);
	}

	find(scope: RuleScope): Rule | undefined {
		const query = "SELECT limits, until FROM rules WHERE scope = ?";
		const [row] = this.#sql.exec<{ limits: string; until: number | null }>(query, scope).toArray();
		return row && { limits: JSON.parse(row.limits) as Limit[], until: row.until ?? undefined };
	}
}

/** The limits of these rules that hold now. */
export function limitsIn(rules: readonly (Rule | undefined)[], now: number): Limit[] {
	const inForce = rules.filter((rule) => rule !== undefined && now < (rule.until ?? Number.POSITIVE_INFINITY));
	return inForce.flatMap((rule) => (rule?.limits ?? []).map((limit) => ({ ...limit, isAdministered: true as const })));
}
