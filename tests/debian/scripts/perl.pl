#!/usr/bin/perl
# Hashes, closures, regular expressions, sorting, pack, formats, pipes and children.
use strict;
use warnings;
use POSIX qw(floor fmod);
use List::Util qw(sum max shuffle first reduce);

print "== numbers\n";
my @primes = grep { my $n = $_; !first { $n % $_ == 0 } 2 .. sqrt $n } 2 .. 800;
printf "%d primes, sum %d, last %d\n", scalar @primes, sum(@primes), $primes[-1];
my ($x, @orbit) = (0.4);
for (1 .. 5000) { $x = 3.9 * $x * (1 - $x); push @orbit, $x if $_ % 1000 == 0 }
print join(" ", map { sprintf "%.15g", $_ } @orbit), "\n";
print join(" ", map { sprintf "%.17g", $_ } exp(1), atan2(1, 1) * 4, sqrt(2), log(10), sin(1e6), 1e308 * 10, -1e-320), "\n";
print 7 % -3, " ", -7 % 3, " ", int(-3.7), " ", floor(-3.7), " ", fmod(10, 3.3), " ", 2**31 + 2**32, "\n";
print 0xffffffff + 1, " ", ~0, " ", 1 << 31, " ", 0b1011 ^ 0x55, "\n";

print "== strings and regular expressions\n";
my $text = join " ", map { "word$_:" . ("ab" x ($_ % 4)) } 1 .. 200;
my %lengths;
$lengths{length $1}++ while $text =~ /:((?:ab)*)/g;
print join(", ", map { "$_ => $lengths{$_}" } sort { $a <=> $b } keys %lengths), "\n";
(my $swapped = $text) =~ s/(\w)(\d+):/$2$1-/g;
print substr($swapped, 0, 40), " ", length $swapped, "\n";
print "balanced\n" if "(a(b)(c(d)))" =~ /^(\((?:[^()]++|(?1))*\))$/;
my $date = "2024-02-29T12:34:56";
if ($date =~ /^(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)T(.*)$/) { print "$+{d}.$+{m}.$+{y} at $4\n" }
print join("|", split /\s*[,;]\s*/, "a, b;c ,d ; e"), "\n";
print ucfirst(lc "HELLO"), " ", reverse("stressed") . "", " ", "abc" lt "abd" ? "less" : "more", " ", "z" x 5, "\n";
my $rot = "Why did it?";
$rot =~ tr/A-Za-z/N-ZA-Mn-za-m/;
print "$rot\n";
print join(",", unpack("H*", pack("NnCa4w", 0xdeadbeef, 4660, 65, "xy", 300))), "\n";
print unpack("%32C*", $text) % 65535, "\n";
printf "%s %5.1f%% %-6s| %+d %e %b %o\n", "fmt", 45.678, "ab", 5, 12345.678, 37, 511;

print "== data structures\n";
my %graph = (a => [qw(b c)], b => [qw(d)], c => [qw(d e)], d => [qw(f)], e => [qw(f)], f => []);
my @queue = (['a']);
while (my $path = shift @queue) {
    my $node = $path->[-1];
    if ($node eq 'f') { print "path @$path\n"; next }
    push @queue, [@$path, $_] for @{ $graph{$node} };
}
my @records = map { { id => $_, key => ($_ * 7919) % 101, name => chr(97 + $_ % 26) } } 1 .. 300;
my @sorted = sort { $a->{key} <=> $b->{key} or $b->{id} <=> $a->{id} } @records;
print join(" ", map { "$_->{key}/$_->{id}$_->{name}" } @sorted[0 .. 4, -3 .. -1]), "\n";
my %by;
push @{ $by{ $_->{name} } }, $_->{id} for @records;
print join(" ", map { "$_:" . scalar @{ $by{$_} } } (sort keys %by)[0 .. 5]), "\n";
sub counter { my $n = shift; return { next => sub { $n++ }, add => sub { $n += shift } } }
my ($one, $two) = (counter(1), counter(100));
$one->{next}->() for 1 .. 5;
$two->{add}->(11);
print $one->{next}->(), " ", $two->{next}->(), "\n";
my %memo;
sub ways { my ($n, @coins) = @_; return 1 if $n == 0; return 0 if $n < 0 || !@coins;
    return $memo{"$n @coins"} //= ways($n - $coins[0], @coins) + ways($n, @coins[1 .. $#coins]) }
print "ways ", ways(200, 50, 20, 10, 5, 2, 1), "\n";

print "== objects and errors\n";
package Shape { sub new { my ($class, %args) = @_; return bless {%args}, $class } sub area { 0 } sub describe { my $self = shift; return ref($self) . " " . $self->area } }
package Square { our @ISA = ('Shape'); sub area { $_[0]{side}**2 } }
package Circle { our @ISA = ('Shape'); sub area { sprintf "%.3f", 3.14159 * $_[0]{r}**2 } }
package main;
print join("; ", map { $_->describe } Square->new(side => 3), Circle->new(r => 2), Shape->new), "\n";
eval { die { code => 42 } };
print "caught $@->{code}\n";
eval { my $zero = 0; my $y = 1 / $zero; };
print "error: $@";
local $SIG{__WARN__} = sub { print "warning: $_[0]" };
my $undefined;
my $joined = "x" . ($undefined // "y");
warn "careful\n";
print "$joined\n";

print "== files and children\n";
my $name = "/tmp/perl-test.$$";
open my $out, '>', $name or die "open: $!";
print $out "$_ " . $_**2 . "\n" for 1 .. 1000;
close $out;
open my $in, '<', $name or die;
my $sum = 0;
while (<$in>) { chomp; my (undef, $square) = split; $sum += $square; last if $. == 500 }
print "sum $sum at line $., size ", -s $name, "\n";
close $in;
unlink $name;
print "gone\n" unless -e $name;
my @lines = `for i in 3 1 2; do echo line \$i; done | sort`;
print "child: $_" for @lines;
system("exit 5");
print "status ", $? >> 8, "\n";
pipe(my $reader, my $writer) or die;
my $pid = fork // die;
if ($pid == 0) { close $reader; print $writer "from child $_\n" for 1 .. 3; close $writer; POSIX::_exit(9) }
close $writer;
print while <$reader>;
waitpid $pid, 0;
print "exit ", $? >> 8, "\n";
$SIG{ALRM} = sub { die "alarm\n" };
eval { alarm 1; select undef, undef, undef, 10; };
print "interrupted by $@";
exit 4;
