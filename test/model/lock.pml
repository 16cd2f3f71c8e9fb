/* SPDX-License-Identifier: MIT
 * The robust lock and the table of sleepers (src/arena/robust_lock.cpp, sleepers.cpp) as a model: every interleaving of three
 * processes, one of which may be killed between any two steps. Checked: no two living processes hold the lock, and
 * nobody sleeps for ever.
 */
#ifndef N
#define N 3
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif

byte owner;            /* the lock word: 0 free, else process + 1 */
bool waiters;          /* its highest bit */
bool registered[N];    /* the row of the table names the lock word */
bool woken[N];         /* the row's state */
bool dead[N];          /* killed: takes no step any more */
bool known_dead[N];    /* its record says so */
bool inside[N];
byte finished;

#define living_owner(o) (o != 0 && !known_dead[o - 1])

inline check_alone(me) {
    skip;
    d_step {
        for (other : 0 .. N - 1) {
            assert(other == me || !inside[other] || dead[other])
        }
    }
}

/* arena::acquire_slowly; spinning is a try like any other */
inline acquire(me) {
    with_bit = false;
    do
    :: atomic { owner == 0 -> owner = me + 1; waiters = with_bit; break }
    :: else ->
        atomic { seen = owner; seen_bit = waiters }
        if
        :: seen == 0 -> skip
        :: seen != 0 && !living_owner(seen) ->
            if
            :: atomic { owner == seen && waiters == seen_bit -> owner = me + 1; waiters = true; break }
            :: else -> skip
            fi
        :: else ->
            if
            :: seen_bit || (owner == seen && waiters == seen_bit) ->
                /* compare-exchange that sets the bit; when it fails, around again */
                atomic {
                    if
                    :: owner == seen -> waiters = true; still = true
                    :: else -> still = false
                    fi
                }
                if
                :: still ->
                    woken[me] = false;
                    registered[me] = true;
                    if
                    :: owner == seen && waiters && living_owner(seen) -> woken[me]  /* sleeps */
                    :: else -> skip
                    fi;
                    skip;
                    d_step { registered[me] = false; with_bit = true; still = false; seen = 0; seen_bit = false; woken[me] = false }
                :: else -> skip
                fi
            :: else -> skip
            fi
        fi
    od
}

/* arena::release and wake(word, 1) */
inline release(me) {
    atomic { had = waiters; owner = 0; waiters = false }
    if
    :: had ->
        row = 0;
        do
        :: row < N ->
            if
            :: atomic { registered[row] && !woken[row] -> woken[row] = true; break }
            :: else -> row++
            fi
        :: else -> break
        od
    :: else -> skip
    fi
}

proctype worker(byte me) {
    byte round, seen, row, other;
    bool seen_bit, with_bit, still, had;
    {
        for (round : 1 .. ROUNDS) {
            acquire(me);
            /* what is not used any more must not tell states apart */
            skip;
            d_step { seen = 0; seen_bit = false; still = false; with_bit = false }
            inside[me] = true;
            check_alone(me);
            inside[me] = false;
            release(me);
            skip;
            d_step { row = 0; had = false; other = 0 }
        }
    } unless { dead[me] }
    finished++
}

/* kill -9, then what src/arena/session.cpp does: the record first, then everybody who sleeps looks again */
proctype killer() {
    byte row;
    if
    :: true -> skip
    :: true ->
        dead[0] = true;
        known_dead[0] = true;
        registered[0] = false;
        for (row : 0 .. N - 1) {
            if
            :: registered[row] -> woken[row] = true
            :: else -> skip
            fi
        }
    fi
}

init {
    byte i;
    atomic {
        for (i : 0 .. N - 1) { run worker(i) }
        run killer()
    }
    finished == N
}
