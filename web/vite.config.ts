// Builds the page into static files for the Worker or Pages, with their HTTP headers.

import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { diagramFrame, frameFile } from "./diagramFrame.ts";
import { emojiFiles } from "./emojiFiles.ts";
import { renderer } from "./renderer.ts";
import { administration, shellWorker } from "./shellWorker.ts";

const adminFolder = fileURLToPath(new URL("src/admin/", import.meta.url));

/** Browser features that the page uses, and no frame in it. */
const own = ["microphone", "publickey-credentials-create", "publickey-credentials-get"];
/** Browser features that the page does not use and forbids. */
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
	"midi",
	"payment",
	"serial",
	"usb",
	"xr-spatial-tracking",
];

/** Paths that search engines do not list. A crawler that makes a preview of a link may still read them. */
const unlisted = ["/c/*", "/invite*", "/device*", "/admin*"];

/**
 * No file is marked immutable: for a missing file the server responds with the page, which browsers would then keep for as long. The
 * frame for diagrams is kept all the same, as no service worker does it: src/markdown/diagrams/drawing.ts sees if it is another file.
 * `apiUrl`: the address of the API if it is on another origin than the page.
 */
function headersFor(apiUrl: string | undefined, frame: { path: string; policy: string }): string {
	const policy = [
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' blob:",
		"media-src 'self' blob:",
		"font-src 'self'",
		["connect-src 'self'", ...(apiUrl ? originsOf(apiUrl) : [])].join(" "),
		"manifest-src 'self'",
		"worker-src 'self'",
		// Only the frame that draws diagrams can be framed.
		"frame-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
		"object-src 'none'",
		"require-trusted-types-for 'script'",
		// The only policy allows one address, the service worker's: see src/shell/version.ts.
		"trusted-types service-worker",
	].join("; ");
	return `/*
  Content-Security-Policy: ${policy}
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  X-DNS-Prefetch-Control: off
  Strict-Transport-Security: max-age=31536000
  Permissions-Policy: ${[...own.map((feature) => `${feature}=(self)`), ...unused.map((feature) => `${feature}=()`)].join(", ")}
  Cross-Origin-Opener-Policy: same-origin
  Cross-Origin-Resource-Policy: same-origin

${unlisted.map((path) => `${path}\n  X-Robots-Tag: noindex\n`).join("\n")}
/sw.js
  Cache-Control: no-cache

/${frame.path}
  ! Content-Security-Policy
  Content-Security-Policy: ${frame.policy}
  Cache-Control: public, max-age=31536000
`;
}

/** The origins of an address for HTTP and for WebSockets. */
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
		async generateBundle() {
			this.emitFile({ type: "asset", fileName: "_headers", source: headersFor(apiUrl, await frameFile()) });
		},
	};
}

/** On Pages, no Worker makes the addresses in the preview of a link absolute: VITE_PAGE_URL says where the page will be. */
function previewAddresses(): Plugin {
	let origin: string | undefined;
	return {
		name: "preview addresses",
		apply: "build",
		configResolved: ({ env }) => {
			origin = env.VITE_PAGE_URL && new URL(env.VITE_PAGE_URL).origin;
		},
		transformIndexHtml: (html) => (origin ? html.replace(/(property="og:(?:url|image)" content=")/g, `$1${origin}`) : html),
	};
}

/**
 * Keeps only the lexer of `marked`. Its HTML renderer hangs on an object that the module creates when it is loaded, so no bundler
 * removes it.
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
				if (object === -1 || names.includes(undefined)) throw new Error("The build of marked has changed: adapt this plugin.");
				return { code: `${code.slice(0, object)}export{${names[0]} as Lexer,${names[1]} as Tokenizer};`, map: null };
			},
		},
	};
}

/** Whether the entry imports a module statically, directly or through others. */
function isFirst(id: string, infoOf: (id: string) => { isEntry: boolean; importers: string[] } | null): boolean {
	const seen = new Set([id]);
	for (const one of seen) {
		const info = infoOf(one);
		if (info?.isEntry) return true;
		for (const importer of info?.importers ?? []) seen.add(importer);
	}
	return false;
}

/** Parts that are used together. In many small chunks they would weigh more. */
const together = {
	settings:
		/\/src\/(settings|webhooks|keeping\/(AddDevice|Codes|Devices|Erase|Identities|Keeping|SignOut)|push\/(PushChoice|QuietHours))\b/,
	dialogs: /\/src\/(conversation\/dialogs|search|sidebar\/\w+Dialog|files\/FilesDialog|push\/LevelDialog)\b/,
};

// Always build for production: the NODE_ENV of a test run would select development builds of dependencies.
process.env.NODE_ENV = "production";

export default defineConfig({
	plugins: [headers(), previewAddresses(), emojiFiles(), lexerOnly(), diagramFrame(), shellWorker()],
	resolve: { alias: renderer },
	// Short class names: they stand in scripts and in styles.
	css: { modules: { generateScopedName: "_[hash:base64:5]" } },
	build: {
		target: "es2022",
		modulePreload: { polyfill: false },
		assetsInlineLimit: 0,
		// One chunk for everything that is loaded first, and one for the parts of each set below. Separate chunks for
		// what lazy parts share cost requests and compress worse.
		rolldownOptions: {
			// A busy machine would be warned of slow plugins, in the middle of a test run.
			checks: { pluginTimings: false },
			output: {
				chunkFileNames: ({ facadeModuleId }) => `${facadeModuleId?.startsWith(adminFolder) ? administration : "assets/"}[name]-[hash].js`,
				codeSplitting: {
					groups: [
						{ debugName: "first", name: (id, modules) => (isFirst(id, (one) => modules.getModuleInfo(one)) ? "first" : null) },
						...Object.entries(together).map(([name, test]) => ({ name, test, includeDependenciesRecursively: false })),
					],
				},
			},
		},
	},
});
