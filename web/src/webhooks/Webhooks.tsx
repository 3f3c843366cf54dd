// The webhooks of a conversation: addresses that are told what happens, and addresses by which programs post.

import { IncomingWebhooks } from "./IncomingWebhooks.tsx";
import { OutgoingWebhooks } from "./OutgoingWebhooks.tsx";

export function Webhooks({ id }: { id: string }) {
	return (
		<>
			<OutgoingWebhooks id={id} />
			<IncomingWebhooks id={id} />
		</>
	);
}
