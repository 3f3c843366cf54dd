// Makes keys for web push to use instead of those that the deployment makes, and prints the commands that set them.

import { makePushKeys } from "../src/push/keys.ts";

const { publicKey, privateKey } = await makePushKeys();
console.log(`In wrangler.toml, below [vars], with an address at which push services reach you:

VAPID_PUBLIC_KEY = "${publicKey}"
VAPID_SUBJECT = "mailto:you@example.com"

The private key is a secret. Enter it when this asks:

npx wrangler secret put VAPID_PRIVATE_KEY

${privateKey}`);
