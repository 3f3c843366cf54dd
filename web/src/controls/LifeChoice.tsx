// For how long something lets somebody in: a field of a form, `life`, in seconds.

import { useStrings } from "../languages/useStrings.ts";

export function LifeChoice({ lives, usual }: { lives: readonly number[]; usual: number }) {
	const strings = useStrings();
	return (
		<label>
			{strings.inviteLives}
			<select name="life" defaultValue={usual}>
				{lives.map((seconds) => (
					<option key={seconds} value={seconds}>
						{strings.duration(seconds)}
					</option>
				))}
			</select>
		</label>
	);
}
