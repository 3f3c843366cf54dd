// Builds the web client into static files that the Worker or Pages serves, with the headers that go with them.

import { defineConfig, type Plugin } from "vite";

/** `apiUrl` is the API's address where it is another origin's than the page's. */
function headersFor(apiUrl: string | undefined): string {
	const policy = [
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self'",
		"font-src 'self'",
		["connect-src 'self'", ...(apiUrl ? originsOf(apiUrl) : [])].join(" "),
		"manifest-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
		"object-src 'none'",
		"require-trusted-types-for 'script'",
	].join("; ");
	return `/*
  Content-Security-Policy: ${policy}
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()
  Cross-Origin-Opener-Policy: same-origin

/assets/*
  Cache-Control: public, max-age=31536000, immutable
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

// What is built is what people get, whoever calls for it: a test run's NODE_ENV would put React's development build into it.
process.env.NODE_ENV = "production";

export default defineConfig({
	plugins: [headers()],
	build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
});
