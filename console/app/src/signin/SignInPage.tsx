import { Button, Callout, Card, Flex, Heading, Text, TextField } from '@radix-ui/themes';
import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';

import { switchUser } from '../api/client';
import { authStore, parseCredential } from './credentials';

export function SignInPage({ reason }: { reason: string }) {
  const [value, setValue] = useState('');

  async function signIn(event: FormEvent) {
    event.preventDefault();
    const credential = parseCredential(value);
    if (credential === '') return;
    if (await switchUser(credential)) authStore.setState({ signInReason: null });
  }

  return (
    <main className="sign-in">
      <Card size="3">
        <form onSubmit={(event) => void signIn(event)}>
          <Flex direction="column" gap="4">
            <Heading as="h1" size="6">
              Sign in
            </Heading>
            <Callout.Root role="alert" color="amber">
              <Callout.Text>{reason}</Callout.Text>
            </Callout.Root>
            <label>
              <Text as="div" size="2" weight="bold" mb="1">
                API key or token
              </Text>
              <TextField.Root
                type="password"
                autoComplete="off"
                autoFocus
                value={value}
                onChange={(event) => setValue(event.target.value)}
              >
                <TextField.Slot>
                  <KeyRound size={16} aria-hidden />
                </TextField.Slot>
              </TextField.Root>
            </label>
            <Text size="2" color="gray">
              It stays in this tab and is forgotten when you close it.
            </Text>
            <Button type="submit">Sign in</Button>
          </Flex>
        </form>
      </Card>
    </main>
  );
}
