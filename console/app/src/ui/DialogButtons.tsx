import { Button, type ButtonProps, Flex } from '@radix-ui/themes';

interface Props {
  /** The label of the submit button. */
  label: string;
  color?: ButtonProps['color'];
  isRunning: boolean;
  isReady?: boolean;
  onCancel: () => void;
}

/** The buttons of a form in a dialog. */
export function DialogButtons({ label, color, isRunning, isReady = true, onCancel }: Props) {
  return (
    <Flex justify="end" gap="3">
      <Button type="button" variant="soft" color="gray" onClick={onCancel}>
        Cancel
      </Button>
      <Button type="submit" color={color} loading={isRunning} disabled={!isReady}>
        {label}
      </Button>
    </Flex>
  );
}
