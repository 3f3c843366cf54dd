// A sample of code that calls an operation with the values of its example. Pure.

import type { Description } from "../operation.ts";

export type CodeSample = { lang: string; label: string; source: string };

/** A parameter with the value that it has in the example. */
type Given = { name: string; in: string; example?: unknown };

/** Stands for where the service is. */
export const exampleOrigin = "https://parley.example";

const credentials: Partial<Record<Description["access"], string | undefined>> = {
	anyone: undefined,
	session: '--cookie "parley_session=$SESSION"',
	deployer: '-H "Authorization: Bearer $IMPORT_TOKEN"',
};

export function sampleOf(method: string, path: string, description: Description, parameters: readonly Given[]): CodeSample {
	const address = addressOf(path, parameters);
	const { sample } = description;
	if (sample) {
		const source = sample.source.replaceAll("{address}", `${exampleOrigin.replace("http", "ws")}/api${address}`);
		return { lang: sample.lang, label: sample.lang, source };
	}
	return { lang: "Shell", label: "curl", source: curl(method, address, description) };
}

function addressOf(path: string, parameters: readonly Given[]): string {
	const filled = path.replace(/:(\w+)/g, (_, name: string) => {
		return encodeURIComponent(String(parameters.find((parameter) => parameter.name === name)?.example));
	});
	const given = parameters.filter(({ in: place, example }) => place === "query" && example !== undefined);
	const query = new URLSearchParams(given.map(({ name, example }) => [name, String(example)]));
	return given.length > 0 ? `${filled}?${query}` : filled;
}

function curl(method: string, address: string, { access, answers, body }: Description): string {
	const isStream = Object.values(answers).some(
		(answer) => answer !== "nothing" && "media" in answer && answer.media === "text/event-stream",
	);
	const credential = Object.hasOwn(credentials, access) ? credentials[access] : '-H "Authorization: Bearer $TOKEN"';
	const sent = body && ("media" in body ? "--data-binary @part.jsonl" : `--json '${JSON.stringify(body.example)}'`);
	const needsMethod = method !== "GET" && !(method === "POST" && body);
	const parts = [`curl${isStream ? " -N" : ""}${needsMethod ? ` -X ${method}` : ""} "${exampleOrigin}/api${address}"`, credential, sent];
	return parts.filter((part) => part !== undefined).join(" \\\n  ");
}
