// Writes workerd's configuration as Cap'n Proto text. It holds no values of settings: workerd reads them from its environment. Pure.

import type { Standalone } from "../../src/standalone/standalone.ts";
import type { Plan } from "./plan.ts";

/** How servers share their objects. workerd reads the bucket's endpoint and credentials from AWS_ variables. */
export type Cluster = {
	/** `s3://bucket/prefix`. */
	bucket: string;
	/** `host:port`, where the other servers reach this one. */
	address: string;
	/** A secret of at least 32 bytes, the same on all servers. */
	key: string;
};

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
	/** On the same disk as \`objects\`. */
	room: string;
	cluster?: Cluster | undefined;
	/** The name of a socket that only one server at a time can hold. A killed server releases it. Only Linux has such names. */
	lock?: string;
};

export function configOf({ plan, standalone, headers, settings, networks, code, page, objects, room, cluster, lock }: Setup): string {
	const date = `compatibilityDate = ${text(plan.compatibilityDate)}, compatibilityFlags = ${list(plan.compatibilityFlags.map(text))}`;
	const standaloneBinding = `(name = "STANDALONE", json = ${text(JSON.stringify(standalone))})`;
	const module = (file: string) => `modules = [(name = ${text(file)}, esModule = embed ${text(`${code}/${file}`)})], ${date}`;
	const bindings = [
		standaloneBinding,
		`(name = ${text(plan.page.binding)}, service = "page")`,
		`(name = "ROOM", service = "room")`,
		...plan.objects.map(({ binding, className }) => `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`),
		...plan.limits.map(
			({ binding, limit, period }) =>
				`(name = ${text(binding)}, wrapped = (moduleName = "parley:rate-limit", innerBindings = [(name = "limit", json = "${limit}"), (name = "period", json = "${period}")]))`,
		),
		...settings.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
	];
	// workerd finds the data of an object by this key: a renamed class must keep its old key.
	const namespaces = plan.objects.map(
		({ className }) => `(className = ${text(className)}, uniqueKey = ${text(className)}, enableSql = true)`,
	);
	// It serves only the static files of the page, in case somebody finds it.
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
		(name = "room", disk = (path = ${text(room)}, writable = true)),
		(name = "files", disk = (path = ${text(page)})),
		(name = "internet", network = (allow = ${list(networks.map(text))}, tlsOptions = (trustBrowserCas = true))),
	],
	extensions = [(modules = [(name = "parley:rate-limit", internal = true, esModule = embed ${text(`${code}/rate-limit.js`)})])],${clusterOf(cluster)}
);
`;
}

function clusterOf(cluster: Cluster | undefined): string {
	return cluster ? `\n\tcluster = (bucket = ${text(cluster.bucket)}, address = ${text(cluster.address)}, key = ${text(cluster.key)}),` : "";
}

/** Cap'n Proto reads JSON's escapes the same way, except those of control characters, which no path and no header has. */
function text(value: string): string {
	return JSON.stringify(value);
}

function list(items: readonly string[]): string {
	return `[${items.join(", ")}]`;
}
