// Writes workerd's configuration: Cap'n Proto text. No value of a setting is in it: workerd reads them from its environment. Pure.

import type { Standalone } from "../../src/standalone/standalone.ts";
import type { Plan } from "./plan.ts";

export type Setup = {
	plan: Plan;
	standalone: Standalone;
	/** The text of the page's file `_headers`. */
	headers: string;
	/** The settings that have a value in the environment. */
	settings: readonly string[];
	/** Addresses that requests of the Worker may reach: `public`, and networks in CIDR notation. */
	networks: readonly string[];
	/** Absolute paths. */
	code: string;
	page: string;
	objects: string;
	/** A name that one server at a time can hold; a killed server lets go of it. Only Linux has such names. */
	lock?: string;
};

export function configOf({ plan, standalone, headers, settings, networks, code, page, objects, lock }: Setup): string {
	const date = `compatibilityDate = ${text(plan.compatibilityDate)}, compatibilityFlags = ${list(plan.compatibilityFlags.map(text))}`;
	const standaloneBinding = `(name = "STANDALONE", json = ${text(JSON.stringify(standalone))})`;
	const module = (file: string) => `modules = [(name = ${text(file)}, esModule = embed ${text(`${code}/${file}`)})], ${date}`;
	const bindings = [
		standaloneBinding,
		`(name = ${text(plan.page.binding)}, service = "page")`,
		...plan.objects.map(({ binding, className }) => `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`),
		...plan.limits.map(
			({ binding, limit, period }) =>
				`(name = ${text(binding)}, wrapped = (moduleName = "parley:rate-limit", innerBindings = [(name = "limit", json = "${limit}"), (name = "period", json = "${period}")]))`,
		),
		...settings.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
	];
	// The data of an object are found by the name of its class: a class that is renamed must keep its key.
	const namespaces = plan.objects.map(
		({ className }) => `(className = ${text(className)}, uniqueKey = ${text(className)}, enableSql = true)`,
	);
	// Somebody who finds it sees the static files of the page.
	const lockSocket =
		lock === undefined ? "" : `, (name = "data folder", address = ${text(`unix-abstract:${lock}`)}, http = (), service = "page")`;
	return `# Made by \`npm run serve\` at each start.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
	sockets = [(name = "http", http = (), service = "parley")${lockSocket}],
	services = [
		(name = "parley", worker = (${module("entry.js")},
			bindings = ${list(bindings)},
			durableObjectNamespaces = ${list(namespaces)},
			durableObjectStorage = (localDisk = "objects"),
		)),
		(name = "page", worker = (${module("page.js")},
			bindings = ${list([standaloneBinding, `(name = "FILES", service = "files")`, `(name = "HEADERS", text = ${text(headers)})`])},
		)),
		(name = "objects", disk = (path = ${text(objects)}, writable = true)),
		(name = "files", disk = (path = ${text(page)})),
		(name = "internet", network = (allow = ${list(networks.map(text))}, tlsOptions = (trustBrowserCas = true))),
	],
	extensions = [(modules = [(name = "parley:rate-limit", internal = true, esModule = embed ${text(`${code}/rate-limit.js`)})])],
);
`;
}

/** What JSON escapes, Cap'n Proto reads the same way, except for control characters that no path and no header has. */
function text(value: string): string {
	return JSON.stringify(value);
}

function list(items: readonly string[]): string {
	return `[${items.join(", ")}]`;
}
