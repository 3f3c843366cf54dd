// The dialog that shows every member what Claude has cost in a conversation.

import { Modal } from "../controls/Modal.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { Spending } from "./Spending.tsx";

export function SpendingDialog({ id, onClose }: { id: string; onClose(): void }) {
	const strings = useStrings();
	return (
		<Modal title={strings.spending} onClose={onClose}>
			<Spending id={id} />
		</Modal>
	);
}
