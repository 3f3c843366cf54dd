// Builds the web client into static files that the Worker or Pages serves, with the headers that go with them.

import { defineConfig, type Plugin } from "vite";
import { emojiFiles } from "./emojiFiles.ts";
import { shellWorker } from "./shellWorker.ts";

/** What browsers lend to pages and this one has no use for. */
const unused = [
	"accelerometer",
	"autoplay",
	"camera",
	"display-capture",
	"encrypted-media",
	"geolocation",
	"gyroscope",
	"hid",
	"magnetometer",
	"microphone",
	"midi",
	"payment",
	"publickey-credentials-get",
	"serial",
	"usb",
	"xr-spatial-tracking",
];

/**
 * No file is said to be immutable: one that does not exist is answered with the page, and would be kept in its place for as long.
 * `apiUrl` is the API's address where it is another origin's than the page's. */
function headersFor(apiUrl: string | undefined): string {
	const policy = [
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self'",
		"font-src 'self'",
		["connect-src 'self'", ...(apiUrl ? originsOf(apiUrl) : [])].join(" "),
		"manifest-src 'self'",
		"worker-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
		"object-src 'none'",
		"require-trusted-types-for 'script'",
		// Of one policy, which knows one address: the service worker's. See src/shell/version.ts.
		"trusted-types service-worker",
	].join("; ");
	return `/*
  Content-Security-Policy: ${policy}
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  X-DNS-Prefetch-Control: off
  Strict-Transport-Security: max-age=31536000
  Permissions-Policy: ${unused.map((feature) => `${feature}=()`).join(", ")}
  Cross-Origin-Opener-Policy: same-origin
  Cross-Origin-Resource-Policy: same-origin

/sw.js
  Cache-Control: no-cache
`;
}

/** The origin of an address, for HTTP and for WebSockets. */
function originsOf(url: string): [string, string] {
	const { origin } = new URL(url);
	return [origin, origin.replace(/^http/, "ws")];
}

function headers(): Plugin {
	let apiUrl: string | undefined;
	return {
		name: "headers",
		apply: "build",
		configResolved: ({ env }) => {
			apiUrl = env.VITE_API_URL;
		},
		generateBundle() {
			this.emitFile({ type: "asset", fileName: "_headers", source: headersFor(apiUrl) });
		},
	};
}

/**
 * Of `marked` the page uses only the lexer. What makes HTML of its tokens hangs on one object that its file makes when it is loaded, so that
 * no bundler dares to leave it out.
 */
function lexerOnly(): Plugin {
	return {
		name: "lexer only",
		apply: "build",
		transform: {
			filter: { id: /\/marked\.esm\.js$/ },
			handler(code) {
				const object = code.search(/var (\w+)=new \w+;function \w+\(\w+,\w+\)\{return \1\.parse\(/);
				const names = ["Lexer", "Tokenizer"].map((name) => new RegExp(`(\\w+) as ${name}[,}]`).exec(code)?.[1]);
				if (object === -1 || names.includes(undefined)) throw new Error("marked is built otherwise than before: look at this plugin.");
				return { code: `${code.slice(0, object)}export{${names[0]} as Lexer,${names[1]} as Tokenizer};`, map: null };
			},
		},
	};
}

/** Whether the page needs a file before anything is asked of it: by what imports it, and what imports that. */
function isFirst(id: string, infoOf: (id: string) => { isEntry: boolean; importers: string[] } | null): boolean {
	const seen = new Set([id]);
	for (const one of seen) {
		const info = infoOf(one);
		if (info?.isEntry) return true;
		for (const importer of info?.importers ?? []) seen.add(importer);
	}
	return false;
}

// What is built is what people get, whoever calls for it: a test run's NODE_ENV would put React's development build into it.
process.env.NODE_ENV = "production";

export default defineConfig({
	plugins: [headers(), emojiFiles(), lexerOnly(), shellWorker()],
	// Of React's own: what wouter asks for is for versions that had none.
	resolve: { alias: { "use-sync-external-store/shim/index.js": "react" } },
	// By the content of name and file alone: long names stand in scripts and styles alike.
	css: { modules: { generateScopedName: "_[hash:base64:5]" } },
	build: {
		target: "es2022",
		modulePreload: { polyfill: false },
		assetsInlineLimit: 0,
		// Together, and not in a file for each set of later parts that share some of it: those cost requests, and do not compress as well.
		rolldownOptions: {
			output: {
				codeSplitting: {
					groups: [{ debugName: "first", name: (id, modules) => (isFirst(id, (one) => modules.getModuleInfo(one)) ? "first" : null) }],
				},
			},
		},
	},
});
