// Compares received data with the patterns of a case, and fills in variables. Pure.

export type Variables = Map<string, unknown>;

/** The reason why `value` does not match `pattern`, or `undefined` if it does. A variable without a value takes this one. */
export function mismatch(pattern: unknown, value: unknown, variables: Variables, path = ""): string | undefined {
	if (pattern === "$absent") return value === undefined ? undefined : `${path} is there: ${JSON.stringify(value)}`;
	if (value === undefined) return `${path} is missing`;
	if (pattern === "$any") return undefined;
	if (typeof pattern === "string" && pattern.startsWith("$")) {
		const variable = pattern.slice(1);
		if (variables.has(variable)) return mismatch(variables.get(variable), value, variables, path);
		variables.set(variable, value);
		return undefined;
	}
	if (Array.isArray(pattern)) {
		if (!Array.isArray(value) || value.length !== pattern.length)
			return `${path} is not a list of ${pattern.length}: ${JSON.stringify(value)}`;
		return first(pattern.map((one, n) => mismatch(one, value[n], variables, `${path}[${n}]`)));
	}
	if (typeof pattern === "object" && pattern !== null && "$includes" in pattern) {
		const has = Array.isArray(value) && value.some((one) => mismatch(pattern.$includes, one, new Map(variables)) === undefined);
		return has ? undefined : `${path} has no ${JSON.stringify(pattern.$includes)}: ${JSON.stringify(value)}`;
	}
	if (typeof pattern === "object" && pattern !== null) {
		if (typeof value !== "object" || value === null) return `${path} is no object: ${JSON.stringify(value)}`;
		const fields = value as Record<string, unknown>;
		return first(Object.entries(pattern).map(([name, one]) => mismatch(one, fields[name], variables, `${path}.${name}`)));
	}
	return pattern === value ? undefined : `${path} is ${JSON.stringify(value)} and not ${JSON.stringify(pattern)}`;
}

function first(problems: (string | undefined)[]): string | undefined {
	return problems.find((problem) => problem !== undefined);
}

/** Fills variables into data to send: `$name` as a whole value, or anywhere in a text. `{"$repeat": "x", "times": 3}` is `xxx`. */
export function filled(value: unknown, variables: Variables): unknown {
	if (typeof value === "string") {
		const whole = /^\$(\w+)$/.exec(value)?.[1];
		if (whole !== undefined && variables.has(whole)) return variables.get(whole);
		return value.replace(/\$(\w+)/g, (text, variable) => (variables.has(variable) ? String(variables.get(variable)) : text));
	}
	if (Array.isArray(value)) return value.map((one) => filled(one, variables));
	if (typeof value !== "object" || value === null) return value;
	const { $repeat, times } = value as { $repeat?: string; times?: number };
	if ($repeat !== undefined) return $repeat.repeat(times ?? 1);
	return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, variables)]));
}
