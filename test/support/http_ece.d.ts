// The part of the package that tests use.
declare module "http_ece" {
	import type { ECDH } from "node:crypto";
	export function decrypt(body: Buffer, options: { version: "aes128gcm"; privateKey: ECDH; authSecret: Buffer }): Buffer;
	const ece: { decrypt: typeof decrypt };
	export default ece;
}
