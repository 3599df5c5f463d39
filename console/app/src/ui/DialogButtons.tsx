import { Button, type ButtonProps, Flex } from '@radix-ui/themes';

interface Props {
  /** What is done. */
  label: string;
  color?: ButtonProps['color'];
  isRunning: boolean;
  isReady?: boolean;
  cancel: () => void;
}

/** The end of a dialog's form. */
export function DialogButtons({ label, color, isRunning, isReady = true, cancel }: Props) {
  return (
    <Flex justify="end" gap="3">
      <Button type="button" variant="soft" color="gray" onClick={cancel}>
        Cancel
      </Button>
      <Button type="submit" color={color} loading={isRunning} disabled={!isReady}>
        {label}
      </Button>
    </Flex>
  );
}
